-- grain: one order document (an order, or a return or cancellation) of one source system

with

online_retail as (

    select
        cast('online_retail' as varchar) as source_system,
        cast(source_order_id as varchar) as source_order_id,
        cast(case when is_return then 'return' else 'sale' end as varchar) as document_kind,
        cast(source_customer_id as varchar) as source_customer_id,
        cast('web_shop' as varchar) as channel,
        cast(country as varchar) as country,
        cast(ordered_at as timestamp) as ordered_at,
        cast(landed_on as date) as landed_on
    from {{ ref('stg_online_retail__orders') }}

)

select * from online_retail
