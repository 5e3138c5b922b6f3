-- grain: one date as of which customers are valued

-- The latest as-of date, the ends of the complete months before it (the reported history and the quarter ends whose
-- parameters that history is read against), and the origins of the back-test.

with

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

policy as (

    select history_months from {{ ref('value_policy') }}

),

first_order as (

    select min(ordered_on) as ordered_on from {{ ref('int_orders__documents') }}

),

numbered as (

    select
        cast(date_trunc('month', {{ add_days('as_of.as_of_on', 1) }}) as date) as next_month_on,
        policy.history_months,
        {{ each_number(0, 'policy.history_months + 2') }} as months_back
    from as_of
    cross join policy

),

dates as (

    select
        as_of_on,
        true as is_latest,
        false as is_month_end,
        false as is_reported,
        false as is_backtest
    from as_of

    union all

    select
        {{ add_days(months_before('next_month_on', 'months_back'), -1) }} as as_of_on,
        false as is_latest,
        true as is_month_end,
        months_back < history_months as is_reported,
        false as is_backtest
    from numbered

    union all

    select
        as_of_on,
        false as is_latest,
        false as is_month_end,
        false as is_reported,
        true as is_backtest
    from {{ ref('int_value__backtests') }}

),

final as (

    select
        dates.as_of_on,
        bool_or(dates.is_latest) as is_latest,
        bool_or(dates.is_month_end) as is_month_end,
        bool_or(dates.is_reported) as is_reported,
        bool_or(dates.is_backtest) as is_backtest,
        -- parameters are frozen at the end of the quarter before; the first quarter with orders reads its own
        case
            when {{ quarter_end_before('dates.as_of_on') }} >= min(first_order.ordered_on)
                then {{ quarter_end_before('dates.as_of_on') }}
            else dates.as_of_on
        end as parameters_as_of_on
    from dates
    inner join first_order
        on dates.as_of_on >= first_order.ordered_on
    group by dates.as_of_on

)

select * from final
