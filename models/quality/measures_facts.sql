-- grain: one measure of the fact layer

with

lines as (

    select
        count(*) as row_count,
        sum(gross_amount + return_amount) as booked_amount,
        sum(net_amount) as net_amount
    from {{ ref('order_items') }}

),

orders as (

    select
        count(*) as row_count,
        sum(gross_amount + return_amount) as booked_amount,
        sum(net_amount) as net_amount
    from {{ ref('orders') }}

),

days as (

    select
        sum(document_count) as document_count,
        sum(booked_amount) as booked_amount
    from {{ ref('daily_sales') }}

),

-- A return that names its sale: one person bought and returned, so two customers are one that was not resolved.
named_returns as (

    select
        orders.source_system,
        count(
            case
                when
                    sales.customer_id <> returns.customer_id
                    and 'unknown' not in (sales.customer_id, returns.customer_id)
                    then 1
            end
        ) as cross_customer_count,
        count(*) as return_count
    from {{ ref('int_orders__netting_links') }} as links
    inner join {{ ref('order_items') }} as returns
        on links.return_item_id = returns.order_item_id
    inner join {{ ref('order_items') }} as sales
        on links.sale_item_id = sales.order_item_id
    inner join {{ ref('orders') }} as orders
        on returns.order_id = orders.order_id
    where links.link_rule = 'reference'
    group by orders.source_system

),

final as (

    select
        'amount_reconciliation' as measure,
        'all' as source_system,
        'orders' as entity,
        cast(
            abs(lines.booked_amount - orders.booked_amount)
            + abs(lines.net_amount - orders.net_amount)
            + abs(lines.booked_amount - lines.net_amount)
            as decimal(18, 2)
        ) as numerator,
        cast(abs(lines.booked_amount) as decimal(18, 2)) as denominator
    from lines
    cross join orders

    union all

    select
        'amount_reconciliation' as measure,
        'all' as source_system,
        'daily_sales' as entity,
        cast(abs(orders.booked_amount - days.booked_amount) as decimal(18, 2)) as numerator,
        cast(abs(orders.booked_amount) as decimal(18, 2)) as denominator
    from orders
    cross join days

    union all

    select
        'cross_customer_returns' as measure,
        source_system,
        'order_items' as entity,
        cast(cross_customer_count as decimal(18, 2)) as numerator,
        cast(return_count as decimal(18, 2)) as denominator
    from named_returns

)

select * from final
