-- grain: one refund of an amount alone, stated on the row of its sale or on the head of a return without lines

with

documents as (

    select * from {{ ref('int_orders__judged') }}
    where is_sale

),

returns as (

    select * from documents
    where document_kind = 'return'

),

return_lines as (

    select
        returns.order_id,
        sum(items.amount) as amount
    from {{ ref('int_orders__items') }} as items
    inner join returns
        on
            items.source_system = returns.source_system
            and items.source_order_id = returns.source_order_id
    group by returns.order_id

),

documented as (

    -- what return documents of their own took off an order
    select
        returns.original_order_id as order_id,
        sum(-coalesce(return_lines.amount, returns.document_amount, 0)) as amount
    from returns
    left join return_lines
        on returns.order_id = return_lines.order_id
    where returns.original_order_id is not null
    group by returns.original_order_id

),

own_rows as (

    -- what the sale's own row states goes back beyond them; a returned order of which nothing says how much, whole
    select
        sales.order_id || '/refund' as order_id,
        sales.order_id as original_order_id,
        true as is_own_row,
        coalesce(sales.refunded_amount, 0) = 0 as is_whole,
        case
            when sales.refunded_amount > 0
                then cast(sales.refunded_amount - coalesce(documented.amount, 0) as decimal(18, 2))
        end as amount,
        coalesce(sales.refunded_at, sales.cancelled_at) is null as is_date_unknown,
        greatest(coalesce(sales.refunded_at, sales.cancelled_at, sales.ordered_at), sales.ordered_at) as refunded_at
    from documents as sales
    left join documented
        on sales.order_id = documented.order_id
    where
        sales.document_kind = 'sale'
        and (
            sales.refunded_amount > coalesce(documented.amount, 0)
            or (
                sales.status = 'returned'
                and coalesce(sales.refunded_amount, 0) = 0
                and not sales.is_named_by_return
            )
        )

),

bare_heads as (

    select
        returns.order_id,
        returns.original_order_id,
        false as is_own_row,
        false as is_whole,
        cast(-returns.document_amount as decimal(18, 2)) as amount,
        false as is_date_unknown,
        returns.ordered_at as refunded_at
    from returns
    left join return_lines
        on returns.order_id = return_lines.order_id
    where
        return_lines.order_id is null
        and returns.document_amount < 0

),

final as (

    select * from own_rows

    union all

    select * from bare_heads

)

select * from final
