-- grain: one date as of which articles are suggested, and one earlier date from which it learns

-- Dates step back from the latest one by the horizon: what followed a date learnt from is over at the date it serves.

with

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

first_order as (

    select min(ordered_on) as ordered_on from {{ ref('int_orders__documents') }}

),

steps as (

    select
        *,
        {{ each_number(0, 'backtest_origins') }} as steps_back
    from {{ ref('suggestion_policy') }}

),

learning as (

    select
        *,
        {{ each_number(1, 'learning_origins') }} as learning_step
    from steps

),

final as (

    select
        {{ add_days('as_of.as_of_on', '-learning.steps_back * learning.horizon_days') }} as as_of_on,
        {{ add_days('as_of.as_of_on', '-(learning.steps_back - 1) * learning.horizon_days') }} as until_on,
        {{ add_days('as_of.as_of_on', '-(learning.steps_back + learning.learning_step) * learning.horizon_days') }}
            as learn_on,
        {{ add_days('as_of.as_of_on', '-(learning.steps_back + learning.learning_step - 1) * learning.horizon_days') }}
            as learn_until_on,
        learning.steps_back = 0 as is_latest
    from learning
    cross join as_of
    cross join first_order
    where
        first_order.ordered_on <= {{ add_days(
            'as_of.as_of_on',
            '-(learning.steps_back + learning.learning_step) * learning.horizon_days - learning.minimum_history_days'
        ) }}

)

select * from final
