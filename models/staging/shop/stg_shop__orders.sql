-- grain: one order document of the shop: an order, or a refund as a return document of its own

with

sales as (

    select * from {{ ref('stg_shop__sales') }}

),

refunds as (

    select * from {{ ref('stg_shop__refunds') }}

),

final as (

    select
        source_order_id,
        source_customer_id,
        cast(null as string) as original_source_order_id,
        store_code,
        coupon_no,
        campaign_code,
        document_kind,
        channel,
        platform,
        status,
        purpose,
        province_code,
        city_code,
        is_gift,
        document_amount,
        ordered_at,
        paid_at,
        landed_on
    from sales

    union all

    -- who bought what where stands on the order; coupon, campaign and purpose belong to the sale alone
    select
        refunds.source_order_id,
        sales.source_customer_id,
        refunds.original_source_order_id,
        sales.store_code,
        cast(null as string) as coupon_no,
        cast(null as string) as campaign_code,
        'return' as document_kind,
        sales.channel,
        sales.platform,
        cast(null as string) as status,
        cast(null as string) as purpose,
        sales.province_code,
        sales.city_code,
        sales.is_gift,
        refunds.amount as document_amount,
        refunds.ordered_at,
        cast(null as timestamp) as paid_at,
        refunds.landed_on
    from refunds
    left join sales
        on refunds.original_source_order_id = sales.source_order_id

)

select * from final
