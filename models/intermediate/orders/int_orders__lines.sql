-- grain: one line of an order document, stated by its source system or made for a refund of an amount alone

with

final as (

    {% for relation in ['int_orders__stated_lines', 'int_orders__refund_lines'] -%}
    select
        order_item_id,
        order_id,
        customer_id,
        product_id,
        original_order_id,
        line_kind,
        quantity,
        unit_price,
        discount_amount,
        amount,
        unearned_amount,
        original_amount,
        ordered_at,
        ordered_on,
        netting_at
    from {{ ref(relation) }}
    {% if not loop.last %}
    union all

    {% endif %}
    {%- endfor %}

)

select * from final
