-- grain: one pair of RFM classes that customers stood in at two ends of months, 1 or 12 months apart

with

history as (

    select
        customer_id,
        as_of_on,
        rfm_class
    from {{ ref('customer_rfm_history') }}
    where window_months = 12

),

moves as (

    {{ transitions('history', 'rfm_class') }}

),

final as (

    select
        cast(months_apart as integer) as months_apart,
        cast(as_of_on as date) as as_of_on,
        cast(from_state as varchar) as from_rfm_class,
        cast(to_state as varchar) as to_rfm_class,
        cast(customer_count as bigint) as customer_count,
        cast(share_of_from as double) as share_of_from
    from moves

)

select * from final
