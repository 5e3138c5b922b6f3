-- grain: one known customer, article and day on which it was bought

-- As sold: a later return changes no taste, and what was known on a day stays what it was.

with

lines as (

    select
        items.customer_id,
        items.product_id,
        items.ordered_on,
        sum(items.gross_amount) as gross_amount,
        sum(items.quantity) as quantity
    from {{ ref('order_items') }} as items
    inner join {{ ref('int_calendar__as_of') }} as as_of
        on items.ordered_on <= as_of.as_of_on
    inner join {{ ref('products') }} as products
        on
            items.product_id = products.product_id
            and products.is_goods
    where
        items.gross_amount > 0
        and items.quantity > 0
        and items.customer_id <> 'unknown'
    group by items.customer_id, items.product_id, items.ordered_on

),

-- at most so many customers are learnt from and tested (policy), drawn by their keys
drawn as (

    select
        ranked.customer_id,
        ranked.draw_rank <= policy.learning_customers as is_drawn
    from (
        select
            customer_id,
            row_number() over (order by md5(customer_id) asc, customer_id asc) as draw_rank
        from (select distinct customer_id from lines) as customers
    ) as ranked
    cross join {{ ref('suggestion_policy') }} as policy

),

final as (

    select
        lines.customer_id,
        lines.product_id,
        lines.ordered_on,
        lines.gross_amount,
        lines.quantity,
        drawn.is_drawn
    from lines
    inner join drawn
        on lines.customer_id = drawn.customer_id

)

select * from final
