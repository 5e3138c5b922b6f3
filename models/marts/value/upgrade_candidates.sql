-- grain: one customer of the middle tier whose monthly spend has risen several times in a row (policy)

with

states as (

    select * from {{ ref('int_value__customer_states') }}
    where
        is_latest
        and value_tier = 'middle'

),

final as (

    select
        cast(states.customer_id as varchar) as customer_id,
        cast(states.customer_group as varchar) as customer_group,
        cast(rising.rising_months as integer) as rising_months,
        cast(states.frequency_12m as bigint) as frequency_12m,
        cast(states.net_amount_12m as decimal(18, 2)) as net_amount_12m,
        cast(states.order_value_12m as decimal(18, 2)) as order_value_12m,
        cast(habits.price_band as varchar) as habitual_price_band,
        cast(habits.suggested_price_band as varchar) as suggested_price_band,
        cast(paths.upgrade_path as varchar) as upgrade_path,
        cast(paths.label_zh as varchar) as upgrade_path_zh,
        cast(paths.label_en as varchar) as upgrade_path_en,
        cast(states.as_of_on as date) as as_of_on
    from states
    cross join {{ ref('value_policy') }} as policy
    inner join {{ ref('int_value__rising_spend') }} as rising
        on
            states.customer_id = rising.customer_id
            and policy.rising_months <= rising.rising_months
    left join {{ ref('int_value__price_habits') }} as habits
        on states.customer_id = habits.customer_id
    left join {{ ref('upgrade_path_policy') }} as paths
        on states.customer_group = paths.customer_group

)

select * from final
