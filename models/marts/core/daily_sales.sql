-- grain: one day of the calendar up to the as-of date

with

calendar as (

    select date_on from {{ ref('calendar') }}
    where not is_after_as_of

),

orders as (

    select * from {{ ref('orders') }}
    where is_sale

),

days as (

    select
        ordered_on,
        count(*) as document_count,
        count(case when document_kind = 'sale' then 1 end) as order_count,
        count(case when is_purchase then 1 end) as purchase_count,
        count(distinct case when is_purchase and is_known_customer then customer_id end)
            as customer_count,
        sum(gross_amount) as gross_amount,
        sum(return_amount) as return_amount,
        sum(case when not is_known_customer then gross_amount + return_amount else 0 end)
            as unknown_customer_amount
    from orders
    group by ordered_on

),

final as (

    select
        cast(calendar.date_on as date) as date_on,
        cast(coalesce(days.document_count, 0) as bigint) as document_count,
        cast(coalesce(days.order_count, 0) as bigint) as order_count,
        cast(coalesce(days.purchase_count, 0) as bigint) as purchase_count,
        cast(coalesce(days.customer_count, 0) as bigint) as customer_count,
        cast(coalesce(days.gross_amount, 0) as decimal(18, 2)) as gross_amount,
        cast(coalesce(days.return_amount, 0) as decimal(18, 2)) as return_amount,
        -- booked on the day of the document; orders.net_amount books returns back to their sale
        cast(coalesce(days.gross_amount + days.return_amount, 0) as decimal(18, 2)) as booked_amount,
        cast(coalesce(days.unknown_customer_amount, 0) as decimal(18, 2)) as unknown_customer_amount
    from calendar
    left join days
        on calendar.date_on = days.ordered_on

)

select * from final
