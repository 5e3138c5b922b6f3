-- grain: one horizon of the back-test: what is predicted as of the origin happened in the days after it

with

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

horizons as (

    select horizon_days from {{ ref('backtest_horizons') }}

),

first_order as (

    select min(ordered_on) as ordered_on from {{ ref('int_orders__documents') }}

),

final as (

    select
        horizons.horizon_days,
        {{ add_days('as_of.as_of_on', '-horizons.horizon_days') }} as as_of_on,
        as_of.as_of_on as until_on
    from horizons
    cross join as_of
    cross join first_order
    where {{ add_days('as_of.as_of_on', '-horizons.horizon_days') }} >= first_order.ordered_on

)

select * from final
