-- grain: one week, month or quarter that is over: what can be reported

with

final as (

    select
        cast(periods.period_kind as string) as period_kind,
        cast(periods.period as string) as period,
        cast(periods.is_latest as boolean) as is_latest,
        cast(before.period as string) as previous_period,
        cast(year_before.period as string) as last_year_period,
        cast(after.period as string) as next_period,
        cast(periods.period_start_on as date) as period_start_on,
        cast(periods.period_end_on as date) as period_end_on,
        cast(after.period_end_on as date) as next_period_end_on,
        cast(as_of.as_of_on as date) as as_of_on
    from {{ ref('int_management__report_periods') }} as periods
    cross join {{ ref('int_calendar__as_of') }} as as_of
    left join {{ ref('int_management__report_periods') }} as before
        on
            periods.period_kind = before.period_kind
            and periods.previous_start_on = before.period_start_on
    left join {{ ref('int_management__report_periods') }} as year_before
        on
            periods.period_kind = year_before.period_kind
            and periods.last_year_start_on = year_before.period_start_on
    left join {{ ref('int_management__report_periods') }} as after
        on
            periods.period_kind = after.period_kind
            and periods.period_start_on = after.previous_start_on
    where periods.is_over

)

select * from final
