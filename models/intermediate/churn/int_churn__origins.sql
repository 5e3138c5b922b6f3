-- grain: one horizon and one date as of which customers are scored, or from which the model learns

-- Dates step back from the latest one by the horizon, so that what happened after one date is over at the next. A date
-- needs some history behind it (policy). Labels are those of (as_of_on, until_on]; the latest date has none yet.

with

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

first_order as (

    select min(ordered_on) as ordered_on from {{ ref('int_orders__documents') }}

),

stepped as (

    select
        horizon_days,
        backtest_origins,
        {{ each_number(0, 'backtest_origins + training_origins') }} as steps_back
    from {{ ref('churn_horizons') }}

),

dated as (

    select
        stepped.horizon_days,
        stepped.steps_back,
        stepped.steps_back <= stepped.backtest_origins as is_scored,
        {{ add_days('as_of.as_of_on', '-stepped.steps_back * stepped.horizon_days') }} as as_of_on,
        as_of.as_of_on as latest_on
    from stepped
    cross join as_of

),

final as (

    select
        dated.horizon_days,
        dated.as_of_on,
        {{ add_days('dated.as_of_on', 'dated.horizon_days') }} as until_on,
        {{ days_from('first_order.ordered_on', 'dated.as_of_on') }} as history_days,
        dated.steps_back = 0 as is_latest,
        dated.is_scored,
        dated.steps_back > 0 as is_labelled
    from dated
    cross join first_order
    cross join {{ ref('churn_policy') }} as policy
    where
        first_order.ordered_on <= {{ add_days('dated.as_of_on', '-policy.minimum_history_days') }}
        or dated.steps_back = 0

)

select * from final
