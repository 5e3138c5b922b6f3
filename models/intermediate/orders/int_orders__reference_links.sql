-- grain: one return line that undoes a line of the order its source system names

with

lines as (

    select * from {{ ref('int_orders__lines') }}
    where amount <> 0

),

candidates as (

    -- Of several lines of that article the one of the very quantity, then the first large enough.
    select
        return_lines.order_item_id as return_item_id,
        sale_lines.order_item_id as sale_item_id,
        -return_lines.quantity as netted_quantity,
        -return_lines.amount as netted_amount,
        sale_lines.quantity as sold_quantity,
        sale_lines.amount as sold_amount,
        return_lines.ordered_at as returned_at,
        row_number() over (
            partition by return_lines.order_item_id
            order by
                case when sale_lines.quantity = -return_lines.quantity then 0 else 1 end asc,
                case when sale_lines.unit_price = return_lines.unit_price then 0 else 1 end asc,
                sale_lines.order_item_id asc
        ) as fit_rank
    from lines as return_lines
    inner join lines as sale_lines
        on
            return_lines.original_order_id = sale_lines.order_id
            and return_lines.product_id = sale_lines.product_id
            and -return_lines.quantity <= sale_lines.quantity
            and return_lines.ordered_at >= sale_lines.ordered_at
    where
        return_lines.line_kind = 'return'
        and sale_lines.line_kind = 'sale'

),

used as (

    select
        *,
        sum(netted_quantity) over (
            partition by sale_item_id
            order by returned_at asc nulls last, return_item_id asc
            rows between unbounded preceding and current row
        ) as netted_so_far,
        sum(netted_amount) over (
            partition by sale_item_id
            order by returned_at asc nulls last, return_item_id asc
            rows between unbounded preceding and current row
        ) as amount_so_far
    from candidates
    where fit_rank = 1

),

final as (

    select
        return_item_id,
        sale_item_id,
        netted_quantity,
        cast(returned_at as date) as netted_on
    from used
    where
        netted_so_far <= sold_quantity
        and amount_so_far <= sold_amount

)

select * from final
