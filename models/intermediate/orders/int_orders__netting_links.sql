-- grain: one return line and one sale line that it undoes, wholly or in part, for as long as that holds

-- Rules, in order (docs/decisions/0003): the order that the source system names, in lines (int_orders__reference_links)
-- or in an amount alone (int_orders__refund_lines); exact (int_orders__exact_links); then partial: a return undoes the
-- latest earlier line of the same customer, article and price that has as many pieces, or what is left of it. Pieces
-- beyond that go over what is left of the other earlier lines, the latest first. Money goes with the pieces. What finds
-- no line stays on the return, on its own day.

-- Point in time: whether a sale is open is asked as of the day of the return, and of a sale earlier returns take first.
-- Should another return undo that sale wholly later on, the partial link was a mistake that nobody could see before: it
-- ends on that day (superseded_on).

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
        and lines.quantity < 0
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

pairs as (

    select
        open_returns.order_item_id as return_item_id,
        open_sales.order_item_id as sale_item_id,
        -open_returns.quantity as returned_quantity,
        -open_returns.amount as returned_amount,
        open_returns.netting_at as returned_at,
        open_sales.quantity as sold_quantity,
        open_sales.amount as sold_amount,
        open_sales.undone_on,
        row_number() over (
            partition by open_returns.order_item_id
            order by
                case when -open_returns.quantity <= open_sales.quantity then 0 else 1 end asc,
                open_sales.netting_at desc nulls last,
                open_sales.order_item_id desc
        ) as fit_rank,
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
            and (open_sales.undone_on is null or open_returns.ordered_on < open_sales.undone_on)

),

fitting as (

    select
        *,
        sum(returned_quantity) over (
            partition by sale_item_id
            order by returned_at asc, return_item_id asc
            rows between unbounded preceding and current row
        ) as quantity_so_far
    from pairs
    where
        fit_rank = 1
        and returned_quantity <= sold_quantity

),

taken as (

    select
        *,
        least(quantity_so_far, sold_quantity) - least(quantity_so_far - returned_quantity, sold_quantity) as pieces
    from fitting

),

-- what the line of as many pieces had not left
rests as (

    select
        pairs.*,
        coalesce(taken.pieces, 0) as taken_pieces,
        pairs.returned_quantity - coalesce(taken.pieces, 0) as rest_pieces
    from pairs
    left join taken
        on pairs.return_item_id = taken.return_item_id
    where pairs.returned_quantity > coalesce(taken.pieces, 0)

),

used as (

    select
        rests.return_item_id,
        rests.sale_item_id,
        sum(taken.pieces) as pieces
    from rests
    inner join taken
        on
            rests.sale_item_id = taken.sale_item_id
            and (
                rests.returned_at > taken.returned_at
                or (rests.returned_at = taken.returned_at and rests.return_item_id >= taken.return_item_id)
            )
    group by rests.return_item_id, rests.sale_item_id

),

left_over as (

    select
        rests.*,
        rests.sold_quantity - coalesce(used.pieces, 0) as left_pieces,
        sum(rests.sold_quantity - coalesce(used.pieces, 0)) over (
            partition by rests.return_item_id
            order by rests.recency_rank asc
            rows between unbounded preceding and current row
        ) as left_to
    from rests
    left join used
        on
            rests.return_item_id = used.return_item_id
            and rests.sale_item_id = used.sale_item_id

),

claims as (

    select
        return_item_id,
        sale_item_id,
        returned_quantity,
        returned_amount,
        returned_at,
        sold_quantity,
        sold_amount,
        undone_on,
        cast(0 as decimal(18, 3)) as pieces_from,
        pieces as pieces_to
    from taken
    where pieces > 0

    union all

    select
        return_item_id,
        sale_item_id,
        returned_quantity,
        returned_amount,
        returned_at,
        sold_quantity,
        sold_amount,
        undone_on,
        taken_pieces + left_to - left_pieces as pieces_from,
        taken_pieces + least(left_to, rest_pieces) as pieces_to
    from left_over
    where
        left_pieces > 0
        and left_to - left_pieces < rest_pieces

),

claimed as (

    select
        *,
        pieces_to - pieces_from as pieces,
        {{ part_to_the_cent('returned_amount', 'pieces_to', 'returned_quantity') }}
        - {{ part_to_the_cent('returned_amount', 'pieces_from', 'returned_quantity') }} as amount,
        sum(pieces_to - pieces_from) over (
            partition by sale_item_id
            order by returned_at asc, return_item_id asc
            rows between unbounded preceding and current row
        ) as pieces_so_far
    from claims

),

granted as (

    select
        *,
        least(pieces_so_far, sold_quantity) - least(pieces_so_far - pieces, sold_quantity) as netted_quantity,
        {{ part_to_the_cent(
            'amount', 'least(pieces_so_far, sold_quantity) - least(pieces_so_far - pieces, sold_quantity)', 'pieces'
        ) }} as granted_amount
    from claimed

),

partial_links as (

    select
        *,
        sum(granted_amount) over (
            partition by sale_item_id
            order by returned_at asc, return_item_id asc
            rows between unbounded preceding and current row
        ) as amount_so_far
    from granted

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
        least(amount_so_far, sold_amount) - least(amount_so_far - granted_amount, sold_amount) as netted_amount,
        cast(returned_at as date) as netted_on,
        undone_on as superseded_on
    from partial_links
    where
        granted_amount > 0
        and amount_so_far - granted_amount < sold_amount

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
