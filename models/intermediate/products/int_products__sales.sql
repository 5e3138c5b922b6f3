-- grain: one order line up to the as-of date, of whomever, with what is left of it as known then and what it is told by

with

orders as (

    select
        order_id,
        order_number,
        customer_number,
        customer_group,
        channel,
        platform,
        is_purchase,
        month_start_on
    from {{ ref('int_orders__as_of') }}

),

-- a price is banded once, however often it was paid
prices as (

    select
        paid.unit_price,
        bands.price_band
    from (select distinct unit_price from {{ ref('order_items') }}) as paid
    inner join {{ ref('price_bands') }} as bands
        on
            paid.unit_price >= bands.amount_from
            and (bands.amount_below is null or paid.unit_price < bands.amount_below)

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
        coalesce(prices.price_band, 'unknown') as price_band,
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
        on lines.order_id = orders.order_id
    left join prices
        on lines.unit_price = prices.unit_price

)

select * from final
