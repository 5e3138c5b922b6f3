-- grain: one known customer as of one date of the reported history, or of the back-test: group, stage, tier and class

-- From the first contact on. Who has never purchased has a stage and, as a business, a group; no tier and no class.

with

stages as (

    select
        {%- for stage in ['churned', 'churn_warning', 'unconverted', 'trial'] %}
        max(case when lifecycle_stage = '{{ stage }}' then months_from end) as {{ stage }}_months,
        {%- endfor %}
        max(case when lifecycle_stage = 'stable' then months_from end) as stable_months
    from {{ ref('lifecycle_stages') }}

),

dates as (

    select
        {%- for stage in ['churned', 'churn_warning', 'unconverted', 'trial', 'stable'] %}
        {{ months_before('dates.as_of_on', 'stages.' ~ stage ~ '_months') }} as {{ stage }}_on,
        {%- endfor %}
        dates.*
    from {{ ref('int_value__as_of_dates') }} as dates
    cross join stages

),

tiers as (

    select
        max(case when value_tier = 'high' then orders_from end) as high_orders_from,
        max(case when value_tier = 'high' then order_value_from end) as high_order_value_from,
        max(case when value_tier = 'high' then cycle_days_to end) as high_cycle_days_to,
        max(case when value_tier = 'high' then interactions_from end) as high_interactions_from,
        max(case when value_tier = 'low' then orders_below end) as low_orders_below,
        max(case when value_tier = 'low' then order_value_below end) as low_order_value_below
    from {{ ref('value_tiers') }}

),

abc_cutoffs as (

    select * from {{ ref('int_value__abc_cutoffs') }}

),

policy as (

    select gift_share from {{ ref('value_policy') }}

),

first_documents as (

    select
        customer_id,
        min(ordered_on) as ordered_on
    from {{ ref('int_orders__documents') }}
    group by customer_id

),

contacts as (

    select
        profiles.customer_id,
        profiles.customer_kind,
        least(profiles.first_seen_on, first_documents.ordered_on) as first_contact_on
    from {{ ref('int_customers__profiles') }} as profiles
    left join first_documents
        on profiles.customer_id = first_documents.customer_id

),

features as (

    select * from {{ ref('int_value__base_features') }}

),

festival_habits as (

    select * from {{ ref('int_value__festival_habits') }}

),

interactions as (

    select * from {{ ref('int_value__interaction_depth') }}

),

-- before the first counted interaction, or where the policy counts none, nobody's number is known
counting as (

    select min(as_of_on) as counted_from_on from interactions

),

measured as (

    select
        contacts.customer_id,
        dates.as_of_on,
        contacts.customer_kind,
        contacts.first_contact_on,
        dates.is_latest,
        dates.is_month_end,
        dates.is_reported,
        dates.is_backtest,
        dates.churned_on,
        dates.churn_warning_on,
        dates.unconverted_on,
        dates.trial_on,
        dates.stable_on,
        features.last_purchase_on,
        features.cycle_days_12m,
        case when dates.as_of_on >= counting.counted_from_on then coalesce(interactions.interactions_12m, 0) end
            as interactions_12m,
        features.customer_id is not null as has_purchased,
        coalesce(features.frequency_12m, 0) as frequency_12m,
        coalesce(features.purchase_days_12m, 0) as purchase_days_12m,
        coalesce(features.net_amount_12m, 0) as net_amount_12m,
        coalesce(features.margin_amount_12m, 0) as margin_amount_12m,
        features.net_amount_12m / nullif(features.frequency_12m, 0) as order_value_12m,
        case
            when features.net_amount_24m > 0
                then
                    (features.gift_amount_24m + coalesce(festival_habits.festival_amount_24m, 0))
                    / features.net_amount_24m
        end as gift_share_24m
    from contacts
    inner join dates
        on contacts.first_contact_on <= dates.as_of_on
    cross join counting
    left join features
        on
            contacts.customer_id = features.customer_id
            and dates.as_of_on = features.as_of_on
    left join festival_habits
        on
            contacts.customer_id = festival_habits.customer_id
            and dates.as_of_on = festival_habits.as_of_on
    left join interactions
        on
            contacts.customer_id = interactions.customer_id
            and dates.as_of_on = interactions.as_of_on

),

final as (

    select
        measured.customer_id,
        measured.as_of_on,
        case
            when measured.customer_kind = 'organisation' then 'business'
            when measured.gift_share_24m >= policy.gift_share then 'gift'
            when measured.has_purchased then 'personal'
        end as customer_group,
        case
            when measured.last_purchase_on < measured.churned_on then 'churned'
            when measured.last_purchase_on < measured.churn_warning_on then 'churn_warning'
            when not measured.has_purchased and measured.first_contact_on <= measured.unconverted_on then 'unconverted'
            when measured.first_contact_on <= measured.stable_on then 'stable'
            when measured.first_contact_on <= measured.trial_on then 'trial'
            else 'awareness'
        end as lifecycle_stage,
        case
            when not measured.has_purchased then null
            when measured.frequency_12m = 0 then 'inactive'
            when
                measured.frequency_12m >= tiers.high_orders_from
                and measured.order_value_12m >= tiers.high_order_value_from
                and measured.cycle_days_12m <= tiers.high_cycle_days_to
                and coalesce(measured.interactions_12m, 0) >= coalesce(tiers.high_interactions_from, 0)
                then 'high'
            when
                measured.frequency_12m < tiers.low_orders_below
                and measured.order_value_12m < tiers.low_order_value_below
                then 'low'
            else 'middle'
        end as value_tier,
        case
            when measured.net_amount_12m <= 0 then null
            when measured.net_amount_12m >= abc_cutoffs.a_from then 'A'
            when measured.net_amount_12m >= abc_cutoffs.b_from then 'B'
            else 'C'
        end as abc_class,
        measured.customer_kind,
        measured.first_contact_on,
        measured.last_purchase_on,
        measured.has_purchased,
        measured.frequency_12m,
        measured.purchase_days_12m,
        measured.net_amount_12m,
        measured.margin_amount_12m,
        measured.order_value_12m,
        measured.cycle_days_12m,
        measured.interactions_12m,
        measured.gift_share_24m,
        measured.is_latest,
        measured.is_month_end,
        measured.is_reported,
        measured.is_backtest
    from measured
    cross join tiers
    cross join policy
    left join abc_cutoffs
        on measured.as_of_on = abc_cutoffs.as_of_on

)

select * from final
