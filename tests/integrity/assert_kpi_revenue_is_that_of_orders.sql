-- Month by month the revenue of the management is the net amount of `orders`: less what later returns, not known on an
-- as-of date in the past, have taken back.

with

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

orders as (

    select
        cast(date_trunc('month', orders.ordered_on) as date) as month_start_on,
        sum(orders.net_amount) as amount,
        max(case when orders.last_netted_on > as_of.as_of_on then 1 else 0 end) as has_later_returns
    from {{ ref('orders') }} as orders
    inner join as_of
        on orders.ordered_on <= as_of.as_of_on
    group by cast(date_trunc('month', orders.ordered_on) as date)

),

revenue as (

    select
        month_start_on,
        value
    from {{ ref('kpi_monthly') }}
    where kpi = 'revenue'

)

select
    coalesce(orders.month_start_on, revenue.month_start_on) as month_start_on,
    orders.amount,
    revenue.value
from orders
full outer join revenue
    on orders.month_start_on = revenue.month_start_on
where
    coalesce(orders.has_later_returns, 0) = 0
    and abs(coalesce(orders.amount, 0) - coalesce(revenue.value, 0)) >= 0.005
