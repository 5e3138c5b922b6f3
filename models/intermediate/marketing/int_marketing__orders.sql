-- grain: one purchase of a known customer, with what remained of it on the as-of date
{{ config(materialized='view') }}

with

final as (

    select
        order_number,
        customer_number,
        customer_group,
        channel,
        purpose,
        is_gift,
        has_gift_box,
        ordered_on,
        ordered_at,
        net_amount,
        cast(margin_amount as decimal(18, 2)) as margin_amount
    from {{ ref('int_orders__as_of') }}
    where
        is_purchase
        and is_known_customer

)

select * from final
