-- grain: one order document of a marketplace: an order, or the refund of a sub-order as a return document of its own

with

sales as (

    select * from {{ ref('stg_marketplace__sales') }}

),

refunds as (

    select * from {{ ref('stg_marketplace__sale_items') }}
    where has_refund

),

final as (

    select
        source_order_id,
        source_customer_id,
        cast(null as string) as original_source_order_id,
        document_kind,
        channel,
        platform,
        status,
        province_code,
        city_code,
        is_gift,
        document_amount,
        ordered_at,
        paid_at,
        landed_on
    from sales

    union all

    -- the platforms give a refund no number: it is named after its sub-order
    select
        'R-' || refunds.source_line_id as source_order_id,
        sales.source_customer_id,
        refunds.source_order_id as original_source_order_id,
        'return' as document_kind,
        sales.channel,
        sales.platform,
        cast(null as string) as status,
        sales.province_code,
        sales.city_code,
        sales.is_gift,
        -refunds.refund_amount as document_amount,
        refunds.refunded_at as ordered_at,
        cast(null as timestamp) as paid_at,
        refunds.landed_on
    from refunds
    left join sales
        on refunds.source_order_id = sales.source_order_id

)

select * from final
