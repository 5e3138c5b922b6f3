-- grain: one pair of value tiers that customers stood in at two ends of months, 1 or 12 months apart

with

history as (

    select
        customer_id,
        as_of_on,
        value_tier
    from {{ ref('int_value__customer_states') }}
    where is_reported and has_purchased

),

moves as (

    {{ transitions('history', 'value_tier') }}

),

final as (

    select
        cast(months_apart as integer) as months_apart,
        cast(as_of_on as date) as as_of_on,
        cast(from_state as varchar) as from_value_tier,
        cast(to_state as varchar) as to_value_tier,
        cast(customer_count as bigint) as customer_count,
        cast(share_of_from as double) as share_of_from
    from moves

)

select * from final
