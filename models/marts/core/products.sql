-- grain: one article

with

products as (

    select * from {{ ref('input__products') }}

),

charges as (

    select * from {{ ref('product_charges') }}

),

final as (

    select
        cast({{ product_key('products.source_system', 'products.source_product_id') }} as varchar)
            as product_id,
        cast(products.source_system as varchar) as source_system,
        cast(products.source_product_id as varchar) as source_product_id,
        cast(products.product_name as varchar) as product_name,
        cast(coalesce(charges.product_kind, 'goods') as varchar) as product_kind,
        charges.product_kind is null as is_goods
    from products
    left join charges
        on
            products.source_system = charges.source_system
            and products.source_product_id = charges.source_product_id

)

select * from final
