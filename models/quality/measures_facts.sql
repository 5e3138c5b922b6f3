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

)

select * from final
