-- grain: one customer who has purchased and one month, with what the rates of the month count

-- The state a year and a quarter before is that of the same customer at the ends of those months.

with

months as (

    select * from {{ ref('int_management__months') }}

),

policy as (

    select dormant_months from {{ ref('value_policy') }}

),

states as (

    select
        customer_id,
        as_of_on,
        customer_group,
        value_tier,
        last_purchase_on,
        frequency_12m > 0 as is_active
    from {{ ref('int_value__customer_states') }}
    where has_purchased

),

features as (

    select
        customer_id,
        as_of_on,
        purchase_days_12m
    from {{ ref('int_value__base_features') }}

),

profiles as (

    select
        customer_id,
        coalesce(province_code, country, 'unknown') as region
    from {{ ref('int_customers__profiles') }}

),

used as (

    select distinct
        ids.customer_id,
        cast(date_trunc('month', interactions.occurred_at) as date) as month_start_on
    from {{ ref('input__interactions') }} as interactions
    inner join {{ ref('int_customers__ids') }} as ids
        on
            interactions.source_system = ids.source_system
            and interactions.source_customer_id = ids.source_customer_id

),

dated as (

    select
        *,
        -- a rate over a year needs the whole of it
        case when is_complete then {{ add_days(months_before(add_days('as_of_on', 1), 12), -1) }} end
            as year_before_end_on,
        case when is_complete then {{ add_days(months_before(add_days('as_of_on', 1), 3), -1) }} end
            as quarter_before_end_on
    from months

),

final as (

    select
        dated.month_start_on,
        states.customer_id,
        coalesce(profiles.region, 'unknown') as region,
        coalesce(states.customer_group, 'unknown') as customer_group,
        coalesce(states.value_tier, 'unknown') as value_tier,
        coalesce(year_before.customer_group, 'unknown') as earlier_customer_group,
        coalesce(year_before.value_tier, 'unknown') as earlier_value_tier,
        states.is_active,
        coalesce(features.purchase_days_12m, 0) as purchase_days_12m,
        coalesce(year_before.is_active, false) as was_active,
        coalesce(
            quarter_before.last_purchase_on
            <= {{ months_before('dated.quarter_before_end_on', 'policy.dormant_months') }}, false
        ) as was_dormant,
        coalesce(states.last_purchase_on > dated.quarter_before_end_on, false) as has_ordered_in_quarter,
        used.customer_id is not null as has_interacted
    from dated
    cross join policy
    inner join states
        on dated.as_of_on = states.as_of_on
    left join features
        on
            states.customer_id = features.customer_id
            and states.as_of_on = features.as_of_on
    left join profiles
        on states.customer_id = profiles.customer_id
    left join states as year_before
        on
            states.customer_id = year_before.customer_id
            and dated.year_before_end_on = year_before.as_of_on
    left join states as quarter_before
        on
            states.customer_id = quarter_before.customer_id
            and dated.quarter_before_end_on = quarter_before.as_of_on
    left join used
        on
            states.customer_id = used.customer_id
            and dated.month_start_on = used.month_start_on

)

select * from final
