-- grain: one order line up to the as-of date, of whomever, with what is left of it as known then

-- Over all lines the net amounts are sales plus returns: netting moves money and makes none.
-- A view: int_orders__as_of adds lines up, int_products__sales describes them; neither wants all columns kept.
{{ config(materialized='view') }}

with

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

links as (

    -- later returns are not known yet
    select
        links.sale_item_id,
        links.return_item_id,
        links.netted_quantity,
        links.netted_amount
    from {{ ref('int_orders__netting_links') }} as links
    inner join as_of
        on
            links.netted_on <= as_of.as_of_on
            and (links.superseded_on is null or links.superseded_on > as_of.as_of_on)

),

movements as (

    select
        order_item_id,
        sum(netted_quantity) as netted_quantity,
        sum(netted_amount) as netted_amount
    from (
        select
            sale_item_id as order_item_id,
            -netted_quantity as netted_quantity,
            -netted_amount as netted_amount
        from links
        union all
        select
            return_item_id as order_item_id,
            netted_quantity,
            netted_amount
        from links
    ) as moved
    group by order_item_id

),

lines as (

    select
        items.*,
        items.quantity + coalesce(movements.netted_quantity, 0) as known_quantity,
        items.gross_amount + items.return_amount + coalesce(movements.netted_amount, 0) as known_amount
    from {{ ref('order_items') }} as items
    inner join as_of
        on {{ not_after('items.ordered_on', 'as_of.as_of_on') }}
    left join movements
        on items.order_item_id = movements.order_item_id

),

final as (

    select
        lines.order_item_id,
        lines.order_id,
        lines.customer_id,
        lines.product_id,
        coalesce(products.is_goods, true) as is_goods,
        coalesce(products.is_gift_box, false) as is_gift_box,
        lines.quantity,
        lines.unit_price,
        lines.gross_amount,
        cast(lines.known_amount as decimal(18, 2)) as net_amount,
        cast(
            {{ line_margin('lines.known_amount', 'lines.known_quantity', 'products.unit_cost', 'policy.margin_rate') }}
            as decimal(18, 4)
        ) as margin_amount,
        lines.ordered_on
    from lines
    cross join {{ ref('clv_policy') }} as policy
    left join {{ ref('products') }} as products
        on lines.product_id = products.product_id

)

select * from final
