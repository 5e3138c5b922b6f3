-- grain: one date as of which lifetime values are computed: the latest, and each origin of the back-test

-- `month_end_on` is the last complete month by then: rates that compare ends of months are measured up to it.

with

dates as (

    select * from {{ ref('int_value__as_of_dates') }}

),

final as (

    select
        dates.as_of_on,
        dates.is_latest,
        dates.is_backtest,
        max(month_ends.as_of_on) as month_end_on
    from dates
    left join dates as month_ends
        on
            month_ends.is_month_end
            and dates.as_of_on >= month_ends.as_of_on
    where dates.is_latest or dates.is_backtest
    group by dates.as_of_on, dates.is_latest, dates.is_backtest

)

select * from final
