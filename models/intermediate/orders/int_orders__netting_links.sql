-- grain: one return line and one sale line that it undoes, wholly or in part, for as long as that holds

-- Rules, in order (docs/decisions/0003): the order that the source system names, in lines (int_orders__reference_links)
-- or in an amount alone (int_orders__refund_lines); exact (int_orders__exact_links); then partial: a return of fewer
-- pieces undoes part of the latest earlier line of the same customer, article and price that is
-- large enough and not yet used up. A return without a link keeps its own date.

-- Point in time: whether a sale is open is asked as of the day of the return. Should another return undo that sale
-- wholly later on, the partial link was a mistake that nobody could see before: it ends on that day (superseded_on).

with

lines as (

    select * from {{ ref('int_orders__lines') }}
    where amount <> 0

),

whole_links as (

    select
        return_item_id,
        sale_item_id,
        'reference' as link_rule,
        netted_quantity,
        netted_amount,
        netted_on
    from {{ ref('int_orders__reference_links') }}

    union all

    select
        order_item_id as return_item_id,
        undone_item_id as sale_item_id,
        'refund' as link_rule,
        -quantity as netted_quantity,
        -amount as netted_amount,
        ordered_on as netted_on
    from {{ ref('int_orders__refund_lines') }}
    where undone_item_id is not null

    union all

    select
        return_item_id,
        sale_item_id,
        'exact' as link_rule,
        netted_quantity,
        netted_amount,
        netted_on
    from {{ ref('int_orders__exact_links') }}

),

linked_sales as (

    select
        sale_item_id,
        min(netted_on) as netted_on
    from whole_links
    group by sale_item_id

),

open_returns as (

    select lines.*
    from lines
    left join whole_links
        on lines.order_item_id = whole_links.return_item_id
    where
        lines.line_kind = 'return'
        and lines.customer_id <> 'unknown'
        and whole_links.return_item_id is null

),

open_sales as (

    select
        lines.*,
        linked_sales.netted_on as undone_on
    from lines
    left join linked_sales
        on lines.order_item_id = linked_sales.sale_item_id
    where lines.line_kind = 'sale'

),

candidates as (

    select
        open_returns.order_item_id as return_item_id,
        open_sales.order_item_id as sale_item_id,
        -open_returns.quantity as netted_quantity,
        -open_returns.amount as netted_amount,
        open_sales.amount as sold_amount,
        open_sales.quantity as sold_quantity,
        open_sales.undone_on,
        open_returns.netting_at as returned_at,
        row_number() over (
            partition by open_returns.order_item_id
            order by open_sales.netting_at desc nulls last, open_sales.order_item_id desc
        ) as recency_rank
    from open_returns
    inner join open_sales
        on
            open_returns.customer_id = open_sales.customer_id
            and open_returns.product_id = open_sales.product_id
            and open_returns.unit_price = open_sales.unit_price
            and open_returns.netting_at >= open_sales.netting_at
            and -open_returns.quantity < open_sales.quantity
            and (open_sales.undone_on is null or open_returns.ordered_on < open_sales.undone_on)

),

partial_links as (

    select
        return_item_id,
        sale_item_id,
        netted_quantity,
        netted_amount,
        cast(returned_at as date) as netted_on,
        undone_on,
        sold_quantity,
        sum(netted_quantity) over (
            partition by sale_item_id
            order by returned_at asc nulls last, return_item_id asc
            rows between unbounded preceding and current row
        ) as netted_so_far,
        sold_amount,
        sum(netted_amount) over (
            partition by sale_item_id
            order by returned_at asc nulls last, return_item_id asc
            rows between unbounded preceding and current row
        ) as amount_so_far
    from candidates
    where recency_rank = 1

),

links as (

    select
        *,
        cast(null as date) as superseded_on
    from whole_links

    union all

    select
        return_item_id,
        sale_item_id,
        'partial' as link_rule,
        netted_quantity,
        netted_amount,
        netted_on,
        undone_on as superseded_on
    from partial_links
    where
        netted_so_far <= sold_quantity
        and amount_so_far <= sold_amount

),

final as (

    -- money of the return moves to the sale, so that totals stay what they were
    select
        return_item_id,
        sale_item_id,
        link_rule,
        cast(netted_quantity as decimal(18, 3)) as netted_quantity,
        cast(netted_amount as decimal(18, 2)) as netted_amount,
        netted_on,
        superseded_on
    from links

)

select * from final
