-- grain: one customer who has ever purchased, as of one date that is scored or learnt from

-- At the latest date everybody; at the dates before it, at most so many customers (policy), drawn by their keys.

with

dates as (

    select
        as_of_on,
        bool_or(is_latest) as is_latest,
        {{ add_days('as_of_on', -90) }} as recent_after_on,
        {{ add_days('as_of_on', -180) }} as previous_after_on
    from {{ ref('int_churn__origins') }}
    group by as_of_on

),

customers as (

    select
        customer_id,
        row_number() over (order by md5(customer_id) asc, customer_id asc) as draw_rank
    from (select distinct customer_id from {{ ref('int_value__day_versions') }}) as everybody

),

drawn as (

    select customers.customer_id
    from customers
    inner join {{ ref('churn_policy') }} as policy
        on customers.draw_rank <= policy.maximum_customers

),

day_versions as (

    select * from {{ ref('int_value__day_versions') }}

),

drawn_versions as (

    select day_versions.*
    from day_versions
    inner join drawn
        on day_versions.customer_id = drawn.customer_id

),

latest_dates as (

    select as_of_on from dates
    where is_latest

),

earlier_dates as (

    select as_of_on from dates
    where not is_latest

),

base as (

    {{ base_features('latest_dates', 'day_versions') }}

    union all

    {{ base_features('earlier_dates', 'drawn_versions') }}

),

purchases as (

    select
        day_versions.customer_id,
        dates.as_of_on,
        day_versions.ordered_on,
        cast(day_versions.purchase_amount as decimal(18, 2)) as amount,
        dates.recent_after_on,
        dates.previous_after_on,
        {{ days_from("date '2000-01-01'", 'day_versions.ordered_on') }} * 2 * pi() / 365.25 as year_angle,
        {{ days_from(
            'lag(day_versions.ordered_on) over (partition by day_versions.customer_id, dates.as_of_on'
            ~ ' order by day_versions.ordered_on asc)',
            'day_versions.ordered_on'
        ) }} as gap_days
    from day_versions
    inner join dates
        on
            day_versions.valid_from_on <= dates.as_of_on
            and day_versions.valid_to_on > dates.as_of_on
    left join drawn
        on day_versions.customer_id = drawn.customer_id
    where
        day_versions.order_count > 0
        and (dates.is_latest or drawn.customer_id is not null)

),

trends as (

    select
        customer_id,
        as_of_on,
        count(case when ordered_on > recent_after_on then 1 end) as recent_purchase_days,
        count(case when ordered_on > previous_after_on and ordered_on <= recent_after_on then 1 end)
            as previous_purchase_days,
        sum(case when ordered_on > recent_after_on then amount else 0 end) as recent_amount,
        sum(case when ordered_on > previous_after_on and ordered_on <= recent_after_on then amount else 0 end)
            as previous_amount,
        -- whole numbers and decimals: sums do not depend on the order of rows, and neither do the fits
        sum(gap_days) as gap_sum,
        sum(gap_days * gap_days) as gap_square_sum,
        count(gap_days) as gap_count,
        max_by(gap_days, ordered_on) as last_gap_days,
        -- purchase days as points on the circle of the year: the length of their mean
        sqrt(
            power({{ exact_sum('cos(year_angle)') }}, 2) + power({{ exact_sum('sin(year_angle)') }}, 2)
        ) / count(*) as season_concentration
    from purchases
    group by customer_id, as_of_on

),

final as (

    select
        base.*,
        dates.is_latest,
        {{ days_from('base.last_purchase_on', 'base.as_of_on') }} as recency_days,
        {{ days_from('base.first_purchase_on', 'base.as_of_on') }} as tenure_days,
        trends.recent_purchase_days,
        trends.previous_purchase_days,
        cast(trends.recent_amount as double) as recent_amount,
        cast(trends.previous_amount as double) as previous_amount,
        coalesce(trends.gap_sum / cast(nullif(trends.gap_count, 0) as double), 0) as mean_gap_days,
        coalesce(
            sqrt(greatest(trends.gap_count * trends.gap_square_sum - trends.gap_sum * trends.gap_sum, 0))
            / nullif(trends.gap_count, 0),
            0
        ) as gap_deviation_days,
        coalesce(trends.last_gap_days, 0) as last_gap_days,
        trends.season_concentration
    from base
    inner join dates
        on base.as_of_on = dates.as_of_on
    inner join trends
        on
            base.customer_id = trends.customer_id
            and base.as_of_on = trends.as_of_on

)

select * from final
