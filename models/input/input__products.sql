-- grain: one article of one source system

with

online_retail as (

    select
        cast('online_retail' as varchar) as source_system,
        cast(source_product_id as varchar) as source_product_id,
        cast(product_name as varchar) as product_name
    from {{ ref('stg_online_retail__products') }}

)

select * from online_retail
