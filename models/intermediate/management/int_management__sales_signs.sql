-- grain: one kind of sign (repeated documents, refunds, low prices), one segment and one day that it is counted on

-- A document is repeated where its system has the same again at the same time: same customer, store, dealer, amount,
-- quantity and lines. A price is low under a share of the median of the days before its month. `base` is what the sign
-- is counted among: documents or lines of the day; of refunds, which follow the sales, those of the days up to it.

with

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

price_policy as (

    select * from {{ ref('anomaly_kinds') }}
    where anomaly_kind = 'price_slip'

),

refund_policy as (

    select * from {{ ref('anomaly_kinds') }}
    where anomaly_kind = 'refunds'

),

documents as (

    select
        orders.source_system,
        orders.ordered_on,
        orders.document_kind,
        orders.gross_amount + orders.return_amount as amount,
        row_number() over (
            partition by
                orders.source_system, orders.document_kind, orders.ordered_at, orders.customer_id, orders.store_code,
                orders.dealer_code, orders.gross_amount, orders.quantity, orders.line_count
            order by orders.order_id asc
        ) as copy_number
    from {{ ref('orders') }} as orders
    inner join as_of
        on orders.ordered_on <= as_of.as_of_on
    where orders.is_sale

),

daily as (

    select
        source_system,
        ordered_on,
        count(case when document_kind = 'sale' then 1 end) as sale_count,
        count(case when document_kind = 'return' then 1 end) as return_count,
        coalesce(-sum(case when document_kind = 'return' then amount end), 0) as return_amount
    from documents
    group by source_system, ordered_on

),

systems as (

    select
        source_system,
        min(ordered_on) as first_on
    from daily
    group by source_system

),

returned as (

    select
        systems.source_system,
        calendar.date_on as ordered_on,
        sum(case when daily.ordered_on = calendar.date_on then daily.return_count else 0 end) as sign_count,
        sum(daily.sale_count) as base,
        sum(case when daily.ordered_on = calendar.date_on then daily.return_amount else 0 end) as amount
    from systems
    cross join as_of
    cross join refund_policy
    inner join {{ ref('calendar') }} as calendar
        on calendar.date_on between systems.first_on and as_of.as_of_on
    inner join daily
        on
            systems.source_system = daily.source_system
            and calendar.date_on >= daily.ordered_on
            and {{ add_days('calendar.date_on', '-refund_policy.sales_days') }} < daily.ordered_on
    group by systems.source_system, calendar.date_on

),

prices as (

    select
        items.product_id,
        items.ordered_on,
        cast(date_trunc('month', items.ordered_on) as date) as month_start_on,
        items.quantity,
        items.gross_amount,
        items.gross_amount / cast(items.quantity as double) as price
    from {{ ref('order_items') }} as items
    inner join as_of
        on items.ordered_on <= as_of.as_of_on
    where
        items.line_kind = 'sale'
        and items.quantity > 0
        and items.gross_amount > 0

),

months as (

    select distinct
        product_id,
        month_start_on
    from prices

),

usual as (

    select
        months.product_id,
        months.month_start_on,
        median(earlier.price) as price
    from months
    cross join price_policy
    inner join prices as earlier
        on
            months.product_id = earlier.product_id
            and months.month_start_on > earlier.ordered_on
            and {{ add_days('months.month_start_on', '-price_policy.history_days') }} <= earlier.ordered_on
    group by months.product_id, months.month_start_on, price_policy.minimum_history
    having count(*) >= price_policy.minimum_history

),

final as (

    select
        'repeated_documents' as anomaly_kind,
        source_system as segment,
        ordered_on,
        count(case when copy_number > 1 then 1 end) as sign_count,
        count(*) as base,
        sum(case when copy_number > 1 then amount else 0 end) as amount
    from documents
    where document_kind = 'sale'
    group by source_system, ordered_on

    union all

    select
        'refunds' as anomaly_kind,
        source_system as segment,
        ordered_on,
        sign_count,
        base,
        amount
    from returned

    union all

    select
        'price_slip' as anomaly_kind,
        prices.product_id as segment,
        prices.ordered_on,
        count(case when prices.price < price_policy.price_share * usual.price then 1 end) as sign_count,
        count(*) as base,
        cast(
            coalesce(
                {{ exact_sum(
                    'case when prices.price < price_policy.price_share * usual.price'
                    ~ ' then usual.price * prices.quantity - prices.gross_amount end'
                ) }},
                0
            ) as decimal(18, 2)
        ) as amount
    from prices
    cross join price_policy
    inner join usual
        on
            prices.product_id = usual.product_id
            and prices.month_start_on = usual.month_start_on
    group by prices.product_id, prices.ordered_on

)

select * from final
