-- grain: one line of an order document in another currency than the data set's, in that of the data set

-- Each amount is rounded to the cent by itself, so that equal amounts stay equal and a return line undoes the sale line
-- that it equals. Parts of a line that come back one after the other are rounded as a sum: together they are worth what
-- the line was.

with

currencies as (

    select * from {{ ref('int_orders__currencies') }}
    where exchange_rate is not null

),

lines as (

    select
        items.source_system,
        items.source_order_id,
        items.source_line_id,
        items.source_product_id,
        items.unit_price,
        items.discount_amount,
        items.amount,
        orders.ordered_at,
        currencies.sale_source_order_id,
        currencies.exchange_rate
    from {{ ref('input__order_items') }} as items
    inner join currencies
        on
            items.source_system = currencies.source_system
            and items.source_order_id = currencies.source_order_id
    inner join {{ ref('input__orders') }} as orders
        on
            items.source_system = orders.source_system
            and items.source_order_id = orders.source_order_id

),

sold as (

    select distinct
        source_system,
        source_order_id,
        source_product_id,
        amount
    from lines
    where amount > 0

),

compared as (

    select
        lines.*,
        lines.sale_source_order_id is not null and sold.amount is null as is_part
    from lines
    left join sold
        on
            lines.source_system = sold.source_system
            and lines.sale_source_order_id = sold.source_order_id
            and lines.source_product_id = sold.source_product_id
            and lines.amount = -sold.amount

),

cumulated as (

    select
        *,
        sum(amount) over (
            partition by source_system, sale_source_order_id, source_product_id, is_part
            order by
                ordered_at asc,
                length(source_order_id) asc,
                source_order_id asc,
                length(source_line_id) asc,
                source_line_id asc
            rows between unbounded preceding and current row
        ) as amount_to
    from compared

),

final as (

    select
        source_system,
        source_order_id,
        source_line_id,
        amount as original_amount,
        {{ at_rate('unit_price', 'exchange_rate', 4) }} as unit_price,
        {{ at_rate('discount_amount', 'exchange_rate') }} as discount_amount,
        cast(case
            when is_part
                then {{ at_rate('amount_to', 'exchange_rate') }} - {{ at_rate('amount_to - amount', 'exchange_rate') }}
            else {{ at_rate('amount', 'exchange_rate') }}
        end as decimal(18, 2)) as amount
    from cumulated

)

select * from final
