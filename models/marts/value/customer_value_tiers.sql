-- grain: one customer who has purchased, as of the latest date or one month's end of the history

with

states as (

    select * from {{ ref('int_value__customer_states') }}
    where
        has_purchased
        and (is_latest or is_reported)

),

tiers as (

    select * from {{ ref('value_tiers') }}

),

final as (

    select
        cast(states.customer_id as varchar) as customer_id,
        cast(states.as_of_on as date) as as_of_on,
        states.is_latest,
        cast(states.value_tier as varchar) as value_tier,
        cast(tiers.label_zh as varchar) as value_tier_zh,
        cast(tiers.label_en as varchar) as value_tier_en,
        cast(states.frequency_12m as bigint) as frequency_12m,
        cast(states.interactions_12m as bigint) as interactions_12m,
        cast(states.order_value_12m as decimal(18, 2)) as order_value_12m,
        cast(states.net_amount_12m as decimal(18, 2)) as net_amount_12m,
        cast(states.cycle_days_12m as double) as cycle_days_12m
    from states
    inner join tiers
        on states.value_tier = tiers.value_tier

)

select * from final
