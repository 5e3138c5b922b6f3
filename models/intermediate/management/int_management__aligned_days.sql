-- grain: one day of a month that is over and one day of last year that it is compared with

-- A day of a festival's season is compared with the day that stood as far from the festival last year. An ordinary day
-- has its own date of last year, and where a season lay on that, the ordinary days around it, of equal weight. A day
-- that none of this answers has no day to be compared with.

with

policy as (

    select * from {{ ref('management_policy') }}

),

festival_days as (

    select * from {{ ref('int_calendar__festival_days') }}

),

calendar as (

    select
        calendar.date_on,
        {{ months_before('calendar.date_on', 12) }} as same_date_on,
        festival_days.festival,
        festival_days.last_festival_on,
        festival_days.day_number
    from {{ ref('calendar') }} as calendar
    left join festival_days
        on calendar.date_on = festival_days.date_on

),

days as (

    select
        calendar.date_on,
        calendar.same_date_on,
        calendar.festival,
        case
            when calendar.festival is not null then {{ add_days('calendar.last_festival_on', 'calendar.day_number') }}
            when festival_days.date_on is null then calendar.same_date_on
        end as compared_on
    from calendar
    inner join {{ ref('int_management__months') }} as months
        on
            cast(date_trunc('month', calendar.date_on) as date) = months.month_start_on
            and months.is_complete
    left join festival_days
        on calendar.same_date_on = festival_days.date_on

),

substitutes as (

    select
        days.date_on,
        calendar.date_on as compared_on,
        1 / cast(count(*) over (partition by days.date_on) as double) as weight
    from days
    cross join policy
    inner join calendar
        on
            calendar.date_on
            between {{ add_days('days.same_date_on', '-policy.festival_rest_days') }}
            and {{ add_days('days.same_date_on', 'policy.festival_rest_days') }}
            and calendar.festival is null
    where
        days.compared_on is null
        and days.festival is null

),

final as (

    select
        days.date_on,
        days.festival,
        days.same_date_on,
        coalesce(days.compared_on, substitutes.compared_on) as compared_on,
        case when days.compared_on is not null then 1 else substitutes.weight end as weight,
        coalesce(days.compared_on <> days.same_date_on, true) as is_moved
    from days
    left join substitutes
        on days.date_on = substitutes.date_on

)

select * from final
