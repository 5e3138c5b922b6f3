-- Each purchase is attributed once, to an amount that is the order's, after a touch and within the window; months and
-- campaigns add up to it.

with

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

attributions as (

    select * from {{ ref('int_marketing__attributions') }}

),

wrong_orders as (

    select
        'order' as grain,
        cast(attributions.order_number as string) as key,
        attributions.net_amount as amount,
        orders.net_amount as expected_amount
    from attributions
    cross join as_of
    inner join {{ ref('int_marketing__campaigns') }} as campaigns
        on attributions.campaign_id = campaigns.campaign_id
    left join {{ ref('orders') }} as orders
        on attributions.order_number = {{ hashed_number('orders.order_id') }}
    where
        orders.order_id is null
        -- orders has later returns as well
        or attributions.net_amount < orders.net_amount
        or (orders.last_netted_on is null and attributions.net_amount <> orders.net_amount)
        or attributions.ordered_on > campaigns.attributed_until_on
        or cast(attributions.touched_at as date) > attributions.ordered_on

),

totals as (

    select
        'campaign_results' as grain,
        sum(revenue) as amount,
        sum(order_count) as row_count
    from {{ ref('campaign_results') }}

    union all

    select
        'campaign_months' as grain,
        sum(revenue) as amount,
        sum(order_count) as row_count
    from {{ ref('campaign_months') }}

    union all

    select
        'spend_efficiency' as grain,
        sum(revenue) as amount,
        null as row_count
    from {{ ref('spend_efficiency') }}
    where
        channel <> 'all'
        and purpose <> 'all'

),

expected as (

    select
        sum(net_amount) as amount,
        count(*) as row_count
    from attributions

)

select * from wrong_orders

union all

select
    totals.grain,
    'total' as key,
    totals.amount,
    expected.amount as expected_amount
from totals
cross join expected
where
    coalesce(totals.amount, 0) > coalesce(expected.amount, 0)
    or (totals.grain <> 'spend_efficiency' and coalesce(totals.amount, 0) <> coalesce(expected.amount, 0))
    or coalesce(totals.row_count, expected.row_count) <> expected.row_count
