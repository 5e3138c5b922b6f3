-- grain: one line of an order document of the shop

with

items as (

    select * from {{ ref('stg_shop__sale_items') }}

),

refunds as (

    select * from {{ ref('stg_shop__refunds') }}

),

final as (

    {% for relation in ['items', 'refunds'] -%}
    select
        source_order_id,
        source_line_id,
        source_product_id,
        quantity,
        unit_price,
        discount_amount,
        amount,
        landed_on
    from {{ relation }}
    {% if not loop.last %}
    union all

    {% endif %}
    {%- endfor %}

)

select * from final
