-- grain: one order line up to the as-of date, of whomever, with what is left of it as known then and what it is told by

with

orders as (

    select
        order_number,
        customer_number,
        customer_group,
        channel,
        platform,
        basket_number,
        is_purchase,
        month_start_on
    from {{ ref('int_orders__as_of') }}

),

final as (

    select
        orders.order_number,
        orders.customer_number,
        orders.customer_group,
        lines.product_id,
        lines.is_goods,
        orders.channel,
        orders.platform,
        orders.basket_number,
        orders.is_purchase,
        lines.quantity,
        lines.unit_price,
        lines.gross_amount,
        lines.net_amount,
        lines.margin_amount,
        lines.ordered_on,
        orders.month_start_on
    from {{ ref('int_orders__as_of_lines') }} as lines
    inner join orders
        on {{ hashed_number('lines.order_id') }} = orders.order_number

)

select * from final
