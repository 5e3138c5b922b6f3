-- Without a setting in the past the purchases that campaigns, tiers, festivals and occasions read are those of
-- `orders`.

with

expected as (

    select
        count(*) as row_count,
        coalesce(sum(orders.net_amount), 0) as amount
    from {{ ref('orders') }} as orders
    inner join {{ ref('int_calendar__as_of') }} as as_of
        on
            orders.ordered_on <= as_of.as_of_on
            -- a return after the as-of date is not known yet
            and coalesce(orders.last_netted_on <= as_of.as_of_on, true)
    where
        orders.is_purchase
        and orders.is_known_customer

),

later as (

    select
        count(*) as row_count,
        coalesce(sum(purchases.net_amount), 0) as amount
    from {{ ref('int_marketing__orders') }} as purchases
    inner join {{ ref('orders') }} as orders
        on purchases.order_number = {{ hashed_number('orders.order_id') }}
    inner join {{ ref('int_calendar__as_of') }} as as_of
        on orders.last_netted_on > as_of.as_of_on

),

purchases as (

    select
        sum(net_amount) as amount,
        count(*) as row_count
    from {{ ref('int_marketing__orders') }}

),

sums as (

    select
        'int_marketing__orders' as source,
        amount,
        row_count
    from purchases

    union all

    select
        'occasion_sales' as source,
        sum(revenue) as amount,
        sum(order_count) as row_count
    from {{ ref('occasion_sales') }}

    union all

    select
        'spend_by_tier' as source,
        sum(revenue) as amount,
        null as row_count
    from {{ ref('spend_by_tier') }}

)

select
    sums.source,
    sums.amount,
    expected.amount + later.amount as expected_amount,
    sums.row_count,
    expected.row_count + later.row_count as expected_count
from sums
cross join expected
cross join later
where
    coalesce(sums.amount, 0) <> expected.amount + later.amount
    or coalesce(sums.row_count, expected.row_count + later.row_count) <> expected.row_count + later.row_count
