-- grain: one line of an order document of a marketplace

with

items as (

    select * from {{ ref('stg_marketplace__sale_items') }}

),

final as (

    select
        source_order_id,
        source_line_id,
        source_product_id,
        quantity,
        unit_price,
        discount_amount,
        amount,
        landed_on
    from items

    union all

    select
        'R-' || source_line_id as source_order_id,
        source_line_id,
        source_product_id,
        -refund_quantity as quantity,
        unit_price,
        try_cast(
            refund_amount - {{ line_amount('refund_quantity', 'unit_price') }}
            as decimal(18, 2)
        ) as discount_amount,
        -refund_amount as amount,
        landed_on
    from items
    where has_refund

)

select * from final
