-- grain: one return line that undoes one earlier sale line of equal quantity and amount

-- The rule (docs/decisions/0003): within one customer, article, quantity and amount, a return
-- undoes the latest sale before it that no return has undone yet, as brackets close. At the same
-- minute the sale counts as earlier, and a return without a time of day comes last on its day.
-- Brackets need no recursion: `open_level` is the number of sales still open, and the n-th opening
-- of an open_level belongs to the n-th closing of that open_level.

with

linked_by_order as (

    select return_item_id as order_item_id from {{ ref('int_orders__reference_links') }}

    union

    select sale_item_id as order_item_id from {{ ref('int_orders__reference_links') }}

    union

    select order_item_id from {{ ref('int_orders__refund_lines') }}

    union

    select undone_item_id as order_item_id from {{ ref('int_orders__refund_lines') }}
    where undone_item_id is not null

),

lines as (

    select
        lines.order_item_id,
        lines.customer_id,
        lines.product_id,
        abs(lines.quantity) as pieces,
        abs(lines.amount) as money,
        lines.line_kind,
        lines.netting_at,
        case when lines.line_kind = 'sale' then 1 else -1 end as direction
    from {{ ref('int_orders__lines') }} as lines
    left join linked_by_order
        on lines.order_item_id = linked_by_order.order_item_id
    where
        lines.customer_id <> 'unknown'
        and lines.amount <> 0
        and linked_by_order.order_item_id is null

),

returned_keys as (

    select distinct
        customer_id,
        product_id,
        pieces,
        money
    from lines
    where line_kind = 'return'

),

candidates as (

    -- most sales never meet a return: leave them out before the sort
    select lines.*
    from lines
    inner join returned_keys
        on
            lines.customer_id = returned_keys.customer_id
            and lines.product_id = returned_keys.product_id
            and lines.pieces = returned_keys.pieces
            and lines.money = returned_keys.money

),

balanced as (

    select
        *,
        row_number() over (
            partition by customer_id, product_id, pieces, money
            order by netting_at asc nulls last, direction desc, order_item_id asc
        ) as line_order,
        sum(direction) over (
            partition by customer_id, product_id, pieces, money
            order by netting_at asc nulls last, direction desc, order_item_id asc
            rows between unbounded preceding and current row
        ) as balance
    from candidates

),

floored as (

    -- how many returns so far found no open sale
    select
        *,
        -least(0, min(balance) over (
            partition by customer_id, product_id, pieces, money
            order by line_order asc
            rows between unbounded preceding and current row
        )) as unmatched_returns
    from balanced

),

brackets as (

    select
        *,
        balance + unmatched_returns + case when direction = -1 then 1 else 0 end as open_level,
        direction = -1 and unmatched_returns > lag(unmatched_returns, 1, 0) over (
            partition by customer_id, product_id, pieces, money
            order by line_order asc
        ) as is_unmatched
    from floored

),

numbered as (

    select
        *,
        row_number() over (
            partition by customer_id, product_id, pieces, money, open_level, direction
            order by line_order asc
        ) as bracket
    from brackets
    where not is_unmatched

),

final as (

    select
        returns.order_item_id as return_item_id,
        sales.order_item_id as sale_item_id,
        returns.pieces as netted_quantity,
        returns.money as netted_amount,
        cast(returns.netting_at as date) as netted_on
    from numbered as returns
    inner join numbered as sales
        on
            returns.customer_id = sales.customer_id
            and returns.product_id = sales.product_id
            and returns.pieces = sales.pieces
            and returns.money = sales.money
            and returns.open_level = sales.open_level
            and returns.bracket = sales.bracket
    where
        returns.direction = -1
        and sales.direction = 1

)

select * from final
