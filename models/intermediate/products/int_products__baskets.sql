-- grain: one basket (the goods of an order of which something is left) and one article in it

-- Orders of the same articles have one basket, which is looked at once: in the order of it with the least number.

with

examples as (

    select
        basket_number,
        min(order_number) as order_number
    from {{ ref('int_orders__as_of') }}
    where
        is_purchase
        and basket_number is not null
    group by basket_number

),

final as (

    select distinct
        examples.basket_number,
        sales.product_id
    from {{ ref('int_products__sales') }} as sales
    inner join examples
        on sales.order_number = examples.order_number
    where
        sales.is_goods
        and sales.net_amount > 0

)

select * from final
