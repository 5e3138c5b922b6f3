-- grain: one month of first purchases and number of months since

-- Complete months only. A customer whose every order was returned has no first purchase and is in no cohort.

with

months as (

    select * from {{ ref('int_value__customer_months') }}

),

bounds as (

    select
        as_of.as_of_on,
        cast(date_trunc('month', {{ add_days('as_of.as_of_on', 1) }}) as date) as complete_before_on,
        cast(date_trunc('month', min(documents.ordered_on)) as date) as history_from_on
    from {{ ref('int_calendar__as_of') }} as as_of
    cross join {{ ref('int_orders__documents') }} as documents
    group by as_of.as_of_on

),

firsts as (

    select
        customer_id,
        min(month_start_on) as cohort_month_on
    from months
    where order_count > 0
    group by customer_id

),

cohorts as (

    select
        cohort_month_on,
        count(*) as customer_count
    from firsts
    group by cohort_month_on

),

-- every month has its row, also one in which nobody of the cohort bought
grid as (

    select
        cohorts.cohort_month_on,
        cohorts.customer_count,
        {{ each_number(
            0,
            '(extract(year from bounds.complete_before_on) - extract(year from cohorts.cohort_month_on)) * 12'
            ~ ' + extract(month from bounds.complete_before_on) - extract(month from cohorts.cohort_month_on) - 1'
        ) }} as months_since
    from cohorts
    cross join bounds

),

bought as (

    select
        firsts.cohort_month_on,
        months.month_start_on,
        count(case when months.order_count > 0 then 1 end) as retained_count,
        sum(months.order_count) as order_count,
        sum(months.net_amount) as net_amount,
        sum(months.margin_amount) as margin_amount
    from months
    inner join firsts
        on
            months.customer_id = firsts.customer_id
            and months.month_start_on >= firsts.cohort_month_on
    group by firsts.cohort_month_on, months.month_start_on

),

dated as (

    select
        *,
        {{ months_before('cohort_month_on', '-months_since') }} as month_start_on
    from grid

),

cumulated as (

    select
        dated.*,
        coalesce(bought.retained_count, 0) as retained_count,
        coalesce(bought.order_count, 0) as order_count,
        coalesce(bought.net_amount, 0) as net_amount,
        sum(coalesce(bought.net_amount, 0)) over (
            partition by dated.cohort_month_on order by dated.months_since asc
        ) as cumulated_net_amount,
        sum(coalesce(bought.margin_amount, 0)) over (
            partition by dated.cohort_month_on order by dated.months_since asc
        ) as cumulated_margin_amount
    from dated
    left join bought
        on
            dated.cohort_month_on = bought.cohort_month_on
            and dated.month_start_on = bought.month_start_on

),

final as (

    select
        cast(cumulated.cohort_month_on as date) as cohort_month_on,
        cast(cumulated.months_since as integer) as months_since,
        cast(cumulated.month_start_on as date) as month_start_on,
        cumulated.cohort_month_on < {{ months_before('bounds.history_from_on', '-policy.run_in_months') }} as is_run_in,
        cast(cumulated.customer_count as bigint) as customer_count,
        cast(cumulated.retained_count as bigint) as retained_count,
        cast(cumulated.retained_count / cast(cumulated.customer_count as double) as double) as retention_rate,
        cast(cumulated.order_count as bigint) as order_count,
        cast(cumulated.net_amount as decimal(18, 2)) as net_amount,
        cast(cumulated.cumulated_net_amount as decimal(18, 2)) as cumulated_net_amount,
        cast(cumulated.cumulated_margin_amount as decimal(18, 2)) as cumulated_margin_amount,
        cast(cumulated.cumulated_net_amount / cumulated.customer_count as decimal(18, 2)) as net_amount_per_customer,
        cast(cumulated.cumulated_margin_amount / cumulated.customer_count as decimal(18, 2)) as margin_per_customer,
        cast(bounds.as_of_on as date) as as_of_on
    from cumulated
    cross join bounds
    cross join {{ ref('cohort_policy') }} as policy

)

select * from final
