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

counted as (

    select
        from_occasion,
        to_occasion,
        count(*) as customer_count
    from customers
    group by from_occasion, to_occasion

),

final as (

    select
        cast(counted.from_occasion as varchar) as from_occasion,
        cast(counted.to_occasion as varchar) as to_occasion,
        {%- for side in ['from', 'to'] %}
        cast(coalesce({{ side }}_labels.label_zh, '无购买') as varchar) as {{ side }}_occasion_zh,
        cast(coalesce({{ side }}_labels.label_en, 'No purchase') as varchar) as {{ side }}_occasion_en,
        {%- endfor %}
        cast(counted.customer_count as bigint) as customer_count,
        cast(sum(counted.customer_count) over (partition by counted.from_occasion) as bigint) as from_count,
        cast(
            counted.customer_count
            / cast(sum(counted.customer_count) over (partition by counted.from_occasion) as double) as double
        ) as share_of_from,
        cast(periods.as_of_on as date) as as_of_on
    from counted
    cross join periods
    {%- for side in ['from', 'to'] %}
    left join {{ ref('occasions') }} as {{ side }}_labels
        on counted.{{ side }}_occasion = {{ side }}_labels.occasion
    {%- endfor %}

)

select * from final
