-- A basket is looked at in one of its orders (int_products__baskets): every other one holds the same articles.

with

lines as (

    select distinct
        basket_number,
        order_number,
        product_id
    from {{ ref('int_products__sales') }}
    where
        is_purchase
        and is_goods
        and net_amount > 0

),

strange as (

    select lines.order_number
    from lines
    left join {{ ref('int_products__baskets') }} as baskets
        on
            lines.basket_number = baskets.basket_number
            and lines.product_id = baskets.product_id
    where baskets.product_id is null

),

sizes as (

    select
        basket_number,
        count(*) as article_count
    from {{ ref('int_products__baskets') }}
    group by basket_number

),

orders as (

    select
        basket_number,
        order_number,
        count(*) as article_count
    from lines
    group by basket_number, order_number

)

select order_number from strange

union all

select orders.order_number
from orders
left join sizes
    on orders.basket_number = sizes.basket_number
where orders.article_count is distinct from sizes.article_count
