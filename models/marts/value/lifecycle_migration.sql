-- grain: one pair of life-cycle stages that customers stood in at two ends of months, 1 or 12 months apart

with

history as (

    select
        customer_id,
        as_of_on,
        lifecycle_stage
    from {{ ref('int_value__customer_states') }}
    where is_reported

),

moves as (

    {{ transitions('history', 'lifecycle_stage') }}

),

final as (

    select
        cast(months_apart as integer) as months_apart,
        cast(as_of_on as date) as as_of_on,
        cast(from_state as varchar) as from_lifecycle_stage,
        cast(to_state as varchar) as to_lifecycle_stage,
        cast(customer_count as bigint) as customer_count,
        cast(share_of_from as double) as share_of_from
    from moves

)

select * from final
