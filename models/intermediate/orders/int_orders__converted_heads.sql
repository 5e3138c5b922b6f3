-- grain: one head of an order document in another currency than the data set's, in that of the data set

-- The total is what its lines are worth and, beside them, what it is above them: a document that ties does so in both
-- currencies. A refund of all of a sale, or of all its lines, is what they are worth; refunds of an amount alone that
-- name one sale are rounded as a sum, so that together they undo it to the cent.

{%- set worth -%}
case
            when back.@ = back.sale_amount then back.converted_sale_amount
            when back.@ = back.sale_lines_amount then back.converted_sale_lines_amount
            else {{ at_rate('back.@', 'back.exchange_rate') }}
        end
{%- endset %}

with

currencies as (

    select * from {{ ref('int_orders__currencies') }}
    where exchange_rate is not null

),

line_sums as (

    select
        source_system,
        source_order_id,
        sum(original_amount) as original_amount,
        cast(sum(amount) as decimal(18, 2)) as amount
    from {{ ref('int_orders__converted_lines') }}
    group by source_system, source_order_id

),

heads as (

    select
        orders.source_system,
        orders.source_order_id,
        orders.document_kind,
        orders.ordered_at,
        currencies.sale_source_order_id,
        currencies.exchange_rate,
        orders.document_amount as original_amount,
        abs(orders.refunded_amount) as original_refunded_amount,
        orders.goods_amount as original_goods_amount,
        line_sums.original_amount as original_lines_amount,
        line_sums.amount as lines_amount,
        case
            when line_sums.amount is null then {{ at_rate('orders.document_amount', 'currencies.exchange_rate') }}
            else
                line_sums.amount
                + {{ at_rate('orders.document_amount - line_sums.original_amount', 'currencies.exchange_rate') }}
        end as document_amount,
        {{ at_rate('orders.order_discount_amount', 'currencies.exchange_rate') }} as order_discount_amount,
        {{ at_rate('orders.freight_amount', 'currencies.exchange_rate') }} as freight_amount,
        {{ at_rate('orders.tax_amount', 'currencies.exchange_rate') }} as tax_amount
    from {{ ref('input__orders') }} as orders
    inner join currencies
        on
            orders.source_system = currencies.source_system
            and orders.source_order_id = currencies.source_order_id
    left join line_sums
        on
            orders.source_system = line_sums.source_system
            and orders.source_order_id = line_sums.source_order_id

),

-- heads of returns without lines beside the sale that they name
back as (

    select
        returns.source_system,
        returns.source_order_id,
        returns.exchange_rate,
        sales.original_amount as sale_amount,
        sales.document_amount as converted_sale_amount,
        sales.original_lines_amount as sale_lines_amount,
        sales.lines_amount as converted_sale_lines_amount,
        -returns.original_amount as amount,
        sum(-returns.original_amount) over (
            partition by returns.source_system, returns.sale_source_order_id
            order by returns.ordered_at asc, length(returns.source_order_id) asc, returns.source_order_id asc
            rows between unbounded preceding and current row
        ) as amount_to
    from heads as returns
    inner join heads as sales
        on
            returns.source_system = sales.source_system
            and returns.sale_source_order_id = sales.source_order_id
    where
        returns.original_lines_amount is null
        and returns.original_amount < 0

),

started as (

    select
        *,
        amount_to - amount as amount_from
    from back

),

given_back as (

    select
        back.source_system,
        back.source_order_id,
        {{ worth.replace('@', 'amount_from') }}
        - {{ worth.replace('@', 'amount_to') }} as document_amount
    from started as back

),

final as (

    select
        heads.source_system,
        heads.source_order_id,
        heads.original_amount,
        cast(coalesce(given_back.document_amount, heads.document_amount) as decimal(18, 2)) as document_amount,
        case
            when heads.original_goods_amount = heads.original_lines_amount then heads.lines_amount
            when heads.original_goods_amount = -heads.original_lines_amount then -heads.lines_amount
            else {{ at_rate('heads.original_goods_amount', 'heads.exchange_rate') }}
        end as goods_amount,
        heads.order_discount_amount,
        heads.freight_amount,
        heads.tax_amount,
        cast(case
            when heads.original_refunded_amount = heads.original_amount then heads.document_amount
            when heads.original_refunded_amount = heads.original_lines_amount then heads.lines_amount
            else {{ at_rate('heads.original_refunded_amount', 'heads.exchange_rate') }}
        end as decimal(18, 2)) as refunded_amount
    from heads
    left join given_back
        on
            heads.source_system = given_back.source_system
            and heads.source_order_id = given_back.source_order_id

)

select * from final
