-- grain: one line of an order document of a known customer, with what its margin is made of and whether it is a gift

with

items as (

    select * from {{ ref('order_items') }}
    where customer_id <> 'unknown'

),

documents as (

    select
        order_id,
        lower(trim(purpose)) as purpose,
        is_gift as is_for_others
    from {{ ref('int_orders__documents') }}

),

products as (

    select
        product_id,
        unit_cost,
        is_gift_box,
        aroma
    from {{ ref('products') }}

),

purposes as (

    select
        terms.term as purpose,
        occasions.is_gift
    from {{ ref('occasion_terms') }} as terms
    inner join {{ ref('occasions') }} as occasions
        on terms.occasion = occasions.occasion

),

policy as (

    select margin_rate from {{ ref('clv_policy') }}

),

final as (

    select
        items.order_item_id,
        items.order_id,
        items.customer_id,
        items.product_id,
        products.aroma,
        items.ordered_on,
        items.gross_amount,
        items.return_amount,
        items.quantity,
        products.unit_cost,
        policy.margin_rate as policy_margin_rate,
        -- what the order says of its purpose comes before what it looks like
        coalesce(purposes.is_gift, coalesce(products.is_gift_box, false) or documents.is_for_others) as is_gift
    from items
    inner join documents
        on items.order_id = documents.order_id
    cross join policy
    left join products
        on items.product_id = products.product_id
    left join purposes
        on documents.purpose = purposes.purpose

)

select * from final
