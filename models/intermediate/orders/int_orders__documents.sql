-- grain: one order document, joined to its customer

with

orders as (

    select * from {{ ref('input__orders') }}

),

customer_ids as (

    select * from {{ ref('int_customers__ids') }}

),

final as (

    select
        {{ order_key('orders.source_system', 'orders.source_order_id') }} as order_id,
        coalesce(customer_ids.customer_id, 'unknown') as customer_id,
        orders.source_system,
        orders.source_order_id,
        {{ order_key('orders.source_system', 'orders.original_source_order_id') }} as original_order_id,
        orders.document_kind,
        orders.channel,
        orders.platform,
        orders.store_code,
        orders.dealer_code,
        orders.purpose,
        orders.campaign_code,
        orders.province_code,
        orders.city_code,
        orders.country,
        coalesce(orders.is_gift, false) as is_gift,
        orders.document_amount,
        orders.ordered_at,
        cast(orders.ordered_at as date) as ordered_on
    from orders
    left join customer_ids
        on
            orders.source_system = customer_ids.source_system
            and orders.source_customer_id = customer_ids.source_customer_id

)

select * from final
