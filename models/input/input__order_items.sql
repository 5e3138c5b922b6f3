-- grain: one line of an order document of one source system; returns are signed

with

online_retail as (

    select
        cast('online_retail' as varchar) as source_system,
        cast(source_order_id as varchar) as source_order_id,
        cast(source_line_id as varchar) as source_line_id,
        cast(source_product_id as varchar) as source_product_id,
        cast(null as varchar) as original_source_order_id,
        cast(quantity as decimal(18, 3)) as quantity,
        cast(unit_price as decimal(18, 4)) as unit_price,
        cast(amount as decimal(18, 2)) as amount
    from {{ ref('stg_online_retail__order_items') }}

)

select * from online_retail
