-- grain: one month from the first order to the as-of date

-- A month is measured at its end; the month of the as-of date, when it is not over, at that date.

with

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

first_order as (

    select cast(date_trunc('month', min(ordered_on)) as date) as month_start_on from {{ ref('int_orders__documents') }}

),

months as (

    select
        cast(date_trunc('month', calendar.date_on) as date) as month_start_on,
        max(calendar.date_on) as as_of_on,
        {{ add_days(months_before("cast(date_trunc('month', calendar.date_on) as date)", -1), -1) }} as month_end_on
    from {{ ref('calendar') }} as calendar
    inner join as_of
        on calendar.date_on <= as_of.as_of_on
    inner join first_order
        on calendar.date_on >= first_order.month_start_on
    group by date_trunc('month', calendar.date_on)

),

final as (

    select
        months.month_start_on,
        months.as_of_on,
        months.as_of_on = months.month_end_on as is_complete,
        {{ months_before('months.month_start_on', 12) }} as year_before_on
    from months

)

select * from final
