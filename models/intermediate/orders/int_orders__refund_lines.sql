-- grain: one line of a refund of an amount alone: what it takes off a line of the order, or what is beyond

-- Over what returns with lines have left of the order, in the order of its lines and to the cent. The refund that takes
-- the last of a line brings back its pieces; before that only money went back. Behind the lines stands what the
-- document charged beside them (freight, tax), and its refund is no revenue. The rest is a line without an article.

with

refunds as (

    select * from {{ ref('int_orders__refunds') }}

),

documents as (

    select * from {{ ref('int_orders__documents') }}

),

refunded_orders as (

    select distinct original_order_id as order_id
    from refunds

),

undone as (

    select
        sale_item_id as order_item_id,
        sum(netted_quantity) as quantity,
        sum(netted_amount) as amount
    from {{ ref('int_orders__reference_links') }}
    group by sale_item_id

),

lines as (

    select
        lines.order_item_id,
        lines.order_id,
        lines.product_id,
        lines.unit_price,
        lines.amount as sold_amount,
        lines.quantity - coalesce(undone.quantity, 0) as quantity,
        lines.amount - coalesce(undone.amount, 0) as amount
    from {{ ref('int_orders__stated_lines') }} as lines
    inner join refunded_orders
        on lines.order_id = refunded_orders.order_id
    left join undone
        on lines.order_item_id = undone.order_item_id
    where
        lines.line_kind = 'sale'
        and lines.amount > 0

),

orders as (

    select
        documents.order_id,
        min(documents.ordered_on) as ordered_on,
        coalesce(max(documents.document_amount), 0) as document_amount,
        coalesce(max(documents.freight_amount), 0) + coalesce(max(documents.tax_amount), 0) as charges,
        coalesce(sum(lines.sold_amount), 0) as sold_amount,
        coalesce(sum(lines.amount), 0) as amount
    from documents
    inner join refunded_orders
        on documents.order_id = refunded_orders.order_id
    left join lines
        on documents.order_id = lines.order_id
    group by documents.order_id

),

charged as (

    select
        order_id,
        ordered_on,
        amount,
        case
            when document_amount > 0 then greatest(document_amount - sold_amount, 0)
            else charges
        end as charges
    from orders

),

targets as (

    select
        order_item_id,
        order_id,
        product_id,
        unit_price,
        quantity,
        amount,
        sum(amount) over (
            partition by order_id
            order by length(order_item_id) asc, order_item_id asc
            rows between unbounded preceding and current row
        ) as amount_to
    from lines
    where amount > 0

    union all

    select
        cast(null as string) as order_item_id,
        order_id,
        cast(null as string) as product_id,
        cast(null as decimal(18, 4)) as unit_price,
        cast(0 as decimal(18, 3)) as quantity,
        charges as amount,
        amount + charges as amount_to
    from charged
    where charges > 0

),

sized as (

    select
        refunds.order_id,
        -- an order that is not there yet takes nothing back
        charged.order_id as original_order_id,
        case
            when refunds.is_whole then coalesce(charged.amount + charged.charges, 0)
            else refunds.amount
        end as amount,
        refunds.refunded_at
    from refunds
    left join charged
        on
            refunds.original_order_id = charged.order_id
            and cast(refunds.refunded_at as date) >= charged.ordered_on

),

spread as (

    select
        *,
        sum(amount) over (
            partition by coalesce(original_order_id, order_id)
            order by refunded_at asc, order_id asc
            rows between unbounded preceding and current row
        ) as amount_to
    from sized

),

shares as (

    select
        spread.order_id,
        targets.order_item_id as undone_item_id,
        targets.order_id as undone_order_id,
        targets.product_id,
        targets.unit_price,
        targets.quantity,
        least(spread.amount_to, targets.amount_to)
        - greatest(spread.amount_to - spread.amount, targets.amount_to - targets.amount) as amount,
        spread.amount_to >= targets.amount_to as takes_the_last
    from spread
    inner join targets
        on
            spread.original_order_id = targets.order_id
            and spread.amount_to > targets.amount_to - targets.amount
            and spread.amount_to - spread.amount < targets.amount_to

),

beyond as (

    select
        spread.order_id,
        max(spread.amount) - coalesce(sum(shares.amount), 0) as amount
    from spread
    left join shares
        on spread.order_id = shares.order_id
    group by spread.order_id

),

movements as (

    select
        order_id,
        -- the number of the line that it takes back
        order_id || substr(undone_item_id, length(undone_order_id) + 1) as order_item_id,
        undone_item_id,
        product_id,
        case when takes_the_last then quantity else 0 end as quantity,
        case when takes_the_last and quantity > 0 then unit_price end as unit_price,
        amount
    from shares
    where undone_item_id is not null

    union all

    select
        order_id,
        order_id || ':beyond' as order_item_id,
        cast(null as string) as undone_item_id,
        cast(null as string) as product_id,
        0 as quantity,
        cast(null as decimal(18, 4)) as unit_price,
        amount
    from beyond
    where amount > 0

),

final as (

    select
        movements.order_item_id,
        movements.order_id,
        documents.customer_id,
        movements.product_id,
        documents.original_order_id,
        'return' as line_kind,
        cast(-movements.quantity as decimal(18, 3)) as quantity,
        movements.unit_price,
        cast(0 as decimal(18, 2)) as discount_amount,
        cast(-movements.amount as decimal(18, 2)) as amount,
        cast(0 as decimal(18, 2)) as unearned_amount,
        cast(null as decimal(18, 2)) as original_amount,
        documents.ordered_at,
        documents.ordered_on,
        documents.netting_at,
        movements.undone_item_id
    from movements
    inner join documents
        on movements.order_id = documents.order_id

)

select * from final
