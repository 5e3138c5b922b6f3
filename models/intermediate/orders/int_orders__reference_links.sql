-- grain: one return line and one line of the order that its source system names, which it undoes wholly or in part

-- Within one order and article the n-th return of some pieces and amount undoes the n-th sale line of the same; one of
-- the same pieces and another amount takes the lines of so many pieces from the last on; the pieces of any other return
-- go over the lines one after the other. Of a sale line no more is undone than was sold, earlier returns first: what
-- goes back beyond that stays on the return line. Days are compared: two documents may be dated by two clocks.

with

lines as (

    select * from {{ ref('int_orders__stated_lines') }}
    where amount <> 0

),

named_orders as (

    select distinct original_order_id as order_id
    from lines
    where line_kind = 'return'

),

sales as (

    select
        lines.order_item_id,
        lines.order_id,
        lines.product_id,
        lines.quantity,
        lines.amount,
        lines.ordered_on,
        row_number() over (
            partition by lines.order_id, lines.product_id, lines.quantity, lines.amount
            order by length(lines.order_item_id) asc, lines.order_item_id asc
        ) as equal_number,
        row_number() over (
            partition by lines.order_id, lines.product_id, lines.quantity
            order by length(lines.order_item_id) desc, lines.order_item_id desc
        ) as last_number,
        count(*) over (partition by lines.order_id, lines.product_id, lines.quantity) as line_count
    from lines
    inner join named_orders
        on lines.order_id = named_orders.order_id
    where lines.line_kind = 'sale'

),

sold as (

    select
        order_id,
        product_id,
        min(ordered_on) as ordered_on
    from sales
    group by order_id, product_id

),

returns as (

    select
        lines.order_item_id,
        sold.order_id,
        sold.product_id,
        -lines.quantity as quantity,
        -lines.amount as amount,
        lines.ordered_on,
        lines.netting_at,
        row_number() over (
            partition by sold.order_id, sold.product_id, lines.quantity, lines.amount
            order by lines.netting_at asc, lines.order_item_id asc
        ) as equal_number
    from lines
    inner join sold
        on
            lines.original_order_id = sold.order_id
            and lines.product_id = sold.product_id
            and lines.ordered_on >= sold.ordered_on
    where lines.line_kind = 'return'

),

equalled as (

    select
        returns.*,
        sales.order_item_id as equal_item_id,
        -- of the returns that no line equals
        case
            when sales.order_item_id is null
                then sum(case when sales.order_item_id is null then 1 else 0 end) over (
                    partition by returns.order_id, returns.product_id, returns.quantity
                    order by returns.netting_at asc, returns.order_item_id asc
                    rows between unbounded preceding and current row
                )
        end as other_number,
        row_number() over (
            partition by returns.order_id, returns.product_id, returns.quantity
            order by returns.netting_at asc, returns.order_item_id asc
        ) as return_number
    from returns
    left join sales
        on
            returns.order_id = sales.order_id
            and returns.product_id = sales.product_id
            and returns.quantity = sales.quantity
            and returns.amount = sales.amount
            and returns.equal_number = sales.equal_number

),

paired as (

    -- the last of the lines of so many pieces, as long as there are lines left for all returns of so many
    select
        equalled.*,
        coalesce(
            equalled.equal_item_id, case when equalled.return_number <= sales.line_count then sales.order_item_id end
        ) as sale_item_id
    from equalled
    left join sales
        on
            equalled.order_id = sales.order_id
            and equalled.product_id = sales.product_id
            and equalled.quantity = sales.quantity
            and equalled.other_number = sales.last_number

),

paired_sales as (

    select distinct sale_item_id
    from paired
    where sale_item_id is not null

),

spread_sales as (

    -- lines without a return of their own come first
    select
        sales.order_item_id,
        sales.order_id,
        sales.product_id,
        sales.quantity,
        sum(sales.quantity) over (
            partition by sales.order_id, sales.product_id
            order by
                case when paired_sales.sale_item_id is null then 0 else 1 end asc,
                sales.quantity desc,
                length(sales.order_item_id) desc,
                sales.order_item_id desc
            rows between unbounded preceding and current row
        ) as pieces_to
    from sales
    left join paired_sales
        on sales.order_item_id = paired_sales.sale_item_id

),

spread_returns as (

    select
        *,
        sum(quantity) over (
            partition by order_id, product_id
            order by netting_at asc, order_item_id asc
            rows between unbounded preceding and current row
        ) as pieces_to
    from paired
    where
        sale_item_id is null
        and quantity > 0

),

shares as (

    select
        returns.order_item_id as return_item_id,
        sales.order_item_id as sale_item_id,
        returns.quantity as returned_quantity,
        returns.amount as returned_amount,
        returns.ordered_on,
        returns.netting_at,
        greatest(sales.pieces_to - sales.quantity - returns.pieces_to + returns.quantity, 0) as pieces_from,
        least(sales.pieces_to - returns.pieces_to + returns.quantity, returns.quantity) as pieces_to
    from spread_returns as returns
    inner join spread_sales as sales
        on
            returns.order_id = sales.order_id
            and returns.product_id = sales.product_id
            and returns.pieces_to - returns.quantity < sales.pieces_to
            and returns.pieces_to > sales.pieces_to - sales.quantity

),

candidates as (

    select
        order_item_id as return_item_id,
        sale_item_id,
        quantity as netted_quantity,
        amount as netted_amount,
        ordered_on as netted_on,
        netting_at
    from paired
    where sale_item_id is not null

    union all

    -- money goes with the pieces, to the cent
    select
        return_item_id,
        sale_item_id,
        pieces_to - pieces_from as netted_quantity,
        {{ part_to_the_cent('returned_amount', 'pieces_to', 'returned_quantity') }}
        - {{ part_to_the_cent('returned_amount', 'pieces_from', 'returned_quantity') }} as netted_amount,
        ordered_on as netted_on,
        netting_at
    from shares

),

used as (

    select
        candidates.*,
        sales.quantity as sold_quantity,
        sales.amount as sold_amount,
        sum(candidates.netted_quantity) over (
            partition by candidates.sale_item_id
            order by candidates.netting_at asc, candidates.return_item_id asc
            rows between unbounded preceding and current row
        ) as quantity_to,
        sum(candidates.netted_amount) over (
            partition by candidates.sale_item_id
            order by candidates.netting_at asc, candidates.return_item_id asc
            rows between unbounded preceding and current row
        ) as amount_to
    from candidates
    inner join sales
        on candidates.sale_item_id = sales.order_item_id

),

capped as (

    select
        return_item_id,
        sale_item_id,
        least(quantity_to, sold_quantity) - least(quantity_to - netted_quantity, sold_quantity) as netted_quantity,
        least(amount_to, sold_amount) - least(amount_to - netted_amount, sold_amount) as netted_amount,
        netted_on
    from used

),

final as (

    select
        return_item_id,
        sale_item_id,
        cast(netted_quantity as decimal(18, 3)) as netted_quantity,
        cast(netted_amount as decimal(18, 2)) as netted_amount,
        netted_on
    from capped
    where netted_amount > 0

)

select * from final
