-- grain: one known customer, article and day on which it was bought

-- As sold: a later return changes no taste, and what was known on a day stays what it was.

with

lines as (

    select
        customer_number,
        product_id,
        ordered_on,
        cast(sum(gross_amount) as decimal(18, 2)) as gross_amount,
        cast(sum(quantity) as decimal(18, 3)) as quantity
    from {{ ref('int_products__sales') }}
    where
        is_goods
        and gross_amount > 0
        and quantity > 0
        and customer_number is not null
    group by customer_number, product_id, ordered_on

),

-- at most so many customers are learnt from and tested (policy), the first by their numbers
drawn as (

    select
        ranked.customer_number,
        ranked.draw_rank <= policy.learning_customers as is_drawn
    from (
        select
            customer_number,
            row_number() over (order by customer_number asc) as draw_rank
        from (select distinct customer_number from lines) as customers
    ) as ranked
    cross join {{ ref('suggestion_policy') }} as policy

),

final as (

    select
        lines.customer_number,
        lines.product_id,
        lines.ordered_on,
        lines.gross_amount,
        lines.quantity,
        drawn.is_drawn
    from lines
    inner join drawn
        on lines.customer_number = drawn.customer_number

)

select * from final
