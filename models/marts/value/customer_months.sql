-- grain: one customer, as of the latest date or one month's end of the history, from the first contact on

with

states as (

    select
        *,
        {{ hashed_number('customer_id') }} as customer_number
    from {{ ref('int_value__customer_states') }}
    where is_latest or is_reported

),

classes as (

    select
        classes.*,
        {{ hashed_number('classes.customer_id') }} as customer_number
    from {{ ref('int_value__rfm_classes') }} as classes
    inner join {{ ref('rfm_policy') }} as policy
        on
            classes.window_months = policy.window_months
            and policy.keeps_history

),

final as (

    select
        -- keys
        cast(states.customer_id as string) as customer_id,
        cast(states.as_of_on as date) as as_of_on,
        states.is_latest,
        states.is_reported as is_month_end,

        -- states
        {%- for state, labels in [
            ('lifecycle_stage', 'stages'), ('customer_group', 'group_labels'), ('value_tier', 'tiers')
        ] %}
        cast(states.{{ state }} as string) as {{ state }},
        cast({{ labels }}.label_zh as string) as {{ state }}_zh,
        cast({{ labels }}.label_en as string) as {{ state }}_en,
        {%- endfor %}
        cast(states.abc_class as string) as abc_class,

        -- what they follow from
        states.has_purchased,
        cast(states.first_contact_on as date) as first_contact_on,
        cast(states.last_purchase_on as date) as last_purchase_on,
        cast(states.gift_share_24m as double) as gift_share_24m,
        cast(states.frequency_12m as bigint) as frequency_12m,
        cast(states.interactions_12m as bigint) as interactions_12m,
        cast(states.order_value_12m as decimal(18, 2)) as order_value_12m,
        cast(states.net_amount_12m as decimal(18, 2)) as net_amount_12m,
        cast(states.cycle_days_12m as double) as cycle_days_12m,

        -- RFM
        cast(classes.window_months as integer) as rfm_window_months,
        cast(classes.parameters_as_of_on as date) as rfm_parameters_as_of_on,
        cast(classes.rfm_class as string) as rfm_class,
        cast(classes.action_group as string) as action_group,
        cast(classes.recency_score as integer) as recency_score,
        cast(classes.frequency_score as integer) as frequency_score,
        cast(classes.monetary_score as integer) as monetary_score,
        cast(classes.recency_days as integer) as recency_days,
        cast(classes.frequency as bigint) as rfm_frequency,
        cast(classes.net_amount as decimal(18, 2)) as rfm_net_amount
    from states
    left join classes
        on
            states.customer_number = classes.customer_number
            and states.as_of_on = classes.as_of_on
    left join {{ ref('lifecycle_stages') }} as stages
        on states.lifecycle_stage = stages.lifecycle_stage
    left join {{ ref('customer_group_labels') }} as group_labels
        on states.customer_group = group_labels.customer_group
    left join {{ ref('value_tiers') }} as tiers
        on states.value_tier = tiers.value_tier

)

select * from final
