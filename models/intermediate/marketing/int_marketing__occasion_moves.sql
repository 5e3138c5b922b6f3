-- grain: one main occasion of the 12 months before last year's date and one of the 12 months up to the as-of date

-- Main: the occasion with the most revenue of a customer, the first by rank among equals. `none`: no purchase.

with

periods as (

    select
        as_of_on,
        {{ months_before('as_of_on', 12) }} as later_from_on,
        {{ months_before('as_of_on', 24) }} as earlier_from_on
    from {{ ref('int_calendar__as_of') }}

),

spent as (

    select
        orders.customer_number,
        orders.occasion,
        case when orders.ordered_on > periods.later_from_on then 'later' else 'earlier' end as period,
        sum(orders.net_amount) as revenue
    from {{ ref('int_marketing__order_occasions') }} as orders
    inner join periods
        on orders.ordered_on > periods.earlier_from_on
    group by
        orders.customer_number, orders.occasion,
        case when orders.ordered_on > periods.later_from_on then 'later' else 'earlier' end

),

mains as (

    select
        spent.customer_number,
        spent.period,
        spent.occasion
    from spent
    inner join {{ ref('occasions') }} as occasions
        on spent.occasion = occasions.occasion
    qualify row_number() over (
        partition by spent.customer_number, spent.period
        order by spent.revenue desc nulls last, occasions.occasion_rank asc
    ) = 1

),

customers as (

    select
        customer_number,
        coalesce(max(case when period = 'earlier' then occasion end), 'none') as from_occasion,
        coalesce(max(case when period = 'later' then occasion end), 'none') as to_occasion
    from mains
    group by customer_number

),

final as (

    select
        customers.from_occasion,
        customers.to_occasion,
        periods.as_of_on,
        count(*) as customer_count
    from customers
    cross join periods
    group by customers.from_occasion, customers.to_occasion, periods.as_of_on

)

select * from final
