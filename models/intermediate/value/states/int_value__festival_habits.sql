-- grain: one customer with the habit of buying for festivals, as of one date

-- Everybody buys within the windows of festivals at times. A habit is what the customer does otherwise: on so many
-- purchase days of 24 months, and on hardly any others (policy).

with

days as (

    select * from {{ ref('int_value__day_versions') }}
    where order_count > 0

),

dates as (

    select
        as_of_on,
        {{ months_before('as_of_on', 24) }} as start_24m_on
    from {{ ref('int_value__as_of_dates') }}

),

festival_days as (

    select date_on from {{ ref('int_calendar__festival_days') }}

),

policy as (

    select
        festival_habit_days,
        festival_habit_share
    from {{ ref('value_policy') }}

),

counted as (

    select
        days.customer_id,
        dates.as_of_on,
        count(*) as purchase_days_24m,
        count(festival_days.date_on) as festival_days_24m,
        cast(
            sum(case when festival_days.date_on is not null then days.net_amount - days.gift_amount else 0 end)
            as decimal(18, 2)
        ) as festival_amount_24m
    from days
    inner join dates
        on
            days.valid_from_on <= dates.as_of_on
            and days.valid_to_on > dates.as_of_on
            and days.ordered_on > dates.start_24m_on
    left join festival_days
        on days.ordered_on = festival_days.date_on
    group by days.customer_id, dates.as_of_on

),

final as (

    select counted.*
    from counted
    cross join policy
    where
        counted.festival_days_24m >= policy.festival_habit_days
        and counted.festival_days_24m >= policy.festival_habit_share * counted.purchase_days_24m

)

select * from final
