-- grain: one line of an order document as its source system states it, with the keys of order, customer and product

with

items as (

    select * from {{ ref('int_orders__items') }}

),

documents as (

    select * from {{ ref('int_orders__documents') }}

),

changes as (

    select * from {{ ref('int_orders__line_changes') }}

),

product_ids as (

    select * from {{ ref('int_products__ids') }}

),

products as (

    select
        product_id,
        is_revenue
    from {{ ref('products') }}

),

final as (

    select
        documents.order_id || ':' || items.source_line_id as order_item_id,
        documents.order_id,
        documents.customer_id,
        product_ids.product_id,
        documents.original_order_id,
        documents.document_kind as line_kind,
        items.quantity,
        -- what the head of the document and an amount of the wrong scale change
        coalesce(changes.unit_price, items.unit_price) as unit_price,
        coalesce(changes.discount_amount, items.discount_amount) as discount_amount,
        case when coalesce(products.is_revenue, true) then coalesce(changes.amount, items.amount) else 0 end as amount,
        case when coalesce(products.is_revenue, true) then 0 else coalesce(changes.amount, items.amount) end
            as unearned_amount,
        items.original_amount,
        documents.ordered_at,
        documents.ordered_on,
        documents.netting_at
    from items
    inner join documents
        on
            items.source_system = documents.source_system
            and items.source_order_id = documents.source_order_id
    left join changes
        on
            items.source_system = changes.source_system
            and items.source_order_id = changes.source_order_id
            and items.source_line_id = changes.source_line_id
    left join product_ids
        on
            items.source_system = product_ids.source_system
            and items.source_product_id = product_ids.source_product_id
    left join products
        on product_ids.product_id = products.product_id

)

select * from final
