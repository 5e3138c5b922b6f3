-- grain: one order line of the input layer, its amounts in the currency of the data set

-- A line of a document without a rate has no amounts here.
{{ config(materialized='view') }}

with

items as (

    select * from {{ ref('input__order_items') }}

),

final as (

    select
        items.source_system,
        items.source_order_id,
        items.source_line_id,
        items.source_product_id,
        items.quantity,
        {%- for column in ['unit_price', 'discount_amount', 'amount'] %}
        case when currencies.source_order_id is null then items.{{ column }} else converted.{{ column }} end
            as {{ column }},
        {%- endfor %}
        items.amount as original_amount
    from items
    left join {{ ref('int_orders__currencies') }} as currencies
        on
            items.source_system = currencies.source_system
            and items.source_order_id = currencies.source_order_id
    left join {{ ref('int_orders__converted_lines') }} as converted
        on
            items.source_system = converted.source_system
            and items.source_order_id = converted.source_order_id
            and items.source_line_id = converted.source_line_id

)

select * from final
