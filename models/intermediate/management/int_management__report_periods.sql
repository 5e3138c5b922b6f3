-- grain: one week, month or quarter that is over, and of each kind the one that runs or comes next

-- ISO weeks, from the first day with orders to the as-of date: a period that is only partly in the data is none. A
-- month counts from the one of the first order.

with

months as (

    select * from {{ ref('int_management__months') }}
    where is_complete

),

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

first_order as (

    select min(ordered_on) as ordered_on from {{ ref('int_orders__documents') }}

),

days as (

    select calendar.*
    from {{ ref('calendar') }} as calendar
    inner join as_of
        on calendar.date_on <= as_of.as_of_on
    inner join first_order
        on calendar.date_on >= first_order.ordered_on

),

weeks as (

    select
        week_start_on as period_start_on,
        max(date_on) as period_end_on
    from days
    group by week_start_on
    having count(*) = 7

),

quarters as (

    select
        cast(date_trunc('quarter', month_start_on) as date) as period_start_on,
        max(as_of_on) as period_end_on
    from months
    group by date_trunc('quarter', month_start_on)
    having count(*) = 3

),

over as (

    select
        'week' as period_kind,
        period_start_on,
        period_end_on
    from weeks

    union all

    select
        'month' as period_kind,
        month_start_on as period_start_on,
        as_of_on as period_end_on
    from months

    union all

    select
        'quarter' as period_kind,
        period_start_on,
        period_end_on
    from quarters

),

begun as (

    select
        period_kind,
        {{ add_days('max(period_end_on)', 1) }} as period_start_on
    from over
    group by period_kind

),

periods as (

    select
        *,
        true as is_over
    from over

    union all

    select
        period_kind,
        period_start_on,
        case period_kind
            when 'week' then {{ add_days('period_start_on', 6) }}
            when 'month' then {{ add_days(months_before('period_start_on', -1), -1) }}
            else {{ add_days(months_before('period_start_on', -3), -1) }}
        end as period_end_on,
        false as is_over
    from begun

),

final as (

    select
        period_kind,
        case period_kind
            -- an ISO week belongs to the year of its Thursday
            when 'week'
                then
                    cast(extract(year from {{ add_days('period_start_on', 3) }}) as string)
                    || '-W' || lpad(cast(extract(week from period_start_on) as string), 2, '0')
            when 'month'
                then
                    cast(extract(year from period_start_on) as string)
                    || '-' || lpad(cast(extract(month from period_start_on) as string), 2, '0')
            else
                cast(extract(year from period_start_on) as string)
                || '-Q' || cast(extract(quarter from period_start_on) as string)
        end as period,
        period_start_on,
        period_end_on,
        case period_kind
            when 'week' then {{ add_days('period_start_on', -7) }}
            when 'month' then {{ months_before('period_start_on', 1) }}
            else {{ months_before('period_start_on', 3) }}
        end as previous_start_on,
        case period_kind
            when 'week' then {{ add_days('period_start_on', -364) }}
            else {{ months_before('period_start_on', 12) }}
        end as last_year_start_on,
        is_over,
        is_over and period_start_on = max(case when is_over then period_start_on end) over (partition by period_kind)
            as is_latest
    from periods

)

select * from final
