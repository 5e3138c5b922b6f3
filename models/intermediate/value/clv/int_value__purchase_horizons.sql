-- grain: one number of days ahead that expected purchases are needed for at an as-of date

-- Expected purchases of a purpose are the sum of factor * E[X(horizon_days)]. The lifetime is discounted:
-- what is expected in month k (30.4375 days each) counts (1 + rate) ^ (-k / 12), as if bought on its last day. As a sum
-- over cumulated expectations, month k has the discount of its own end less that of the next month's.

with

policy as (

    select
        12 * lifetime_years as months,
        1 + annual_discount_rate as growth
    from {{ ref('clv_policy') }}

),

dates as (

    select
        as_of_on,
        is_latest
    from {{ ref('int_value__as_of_dates') }}
    where is_latest or is_backtest

),

backtests as (

    select * from {{ ref('int_value__backtests') }}

),

months as (

    select {{ each_number(1, 'months') }} as month_number
    from policy

),

needed as (

    select
        as_of_on,
        '12m' as purpose,
        cast(365 as double) as horizon_days,
        cast(1 as double) as factor
    from dates

    union all

    select
        as_of_on,
        'horizon' as purpose,
        cast(horizon_days as double) as horizon_days,
        cast(1 as double) as factor
    from backtests

    union all

    select
        dates.as_of_on,
        'lifetime' as purpose,
        cast(30.4375 * months.month_number as double) as horizon_days,
        pow(policy.growth, -months.month_number / 12)
        - case
            when months.month_number < policy.months then pow(policy.growth, -(months.month_number + 1) / 12)
            else 0
        end as factor
    from dates
    cross join months
    cross join policy
    where dates.is_latest

),

final as (

    select
        as_of_on,
        horizon_days,
        max(case when purpose = '12m' then factor end) as factor_12m,
        max(case when purpose = 'horizon' then factor end) as factor_horizon,
        max(case when purpose = 'lifetime' then factor end) as factor_lifetime
    from needed
    group by as_of_on, horizon_days

)

select * from final
