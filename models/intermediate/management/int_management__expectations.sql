-- grain: one seasonal KPI and one complete month: what season and trend let expect, and how far off it was

-- In logarithms, all from what was known before the month: the seasonal factor is the median, over earlier years, of
-- the month less its centred trend (2 × 12 months); the level is the median of the months before without their
-- seasons; the deviation is measured by the median and the median absolute deviation of earlier deviations. A month
-- whose festivals fall otherwise than in the years its factor comes from is no anomaly but the calendar.

{#- consistency of the median absolute deviation with the standard deviation of a normal distribution -#}
{%- set mad_factor = 1.4826 %}

with

policy as (

    select * from {{ ref('management_policy') }}

),

series as (

    select
        figures.kpi,
        figures.month_start_on,
        figures.value,
        months.festival_days,
        cast(extract(year from figures.month_start_on) * 12 + extract(month from figures.month_start_on) as integer)
            as month_number,
        ln(figures.value) as log_value
    from {{ ref('int_management__values') }} as figures
    inner join {{ ref('kpi_catalog') }} as catalog
        on
            figures.kpi = catalog.kpi
            and catalog.is_seasonal
    inner join {{ ref('int_management__months') }} as months
        on
            figures.month_start_on = months.month_start_on
            and months.is_complete
    where
        figures.segment_kind = 'all'
        and figures.value > 0

),

seasons as (

    -- a month less the mean of the year around it
    select
        series.kpi,
        series.month_number,
        series.festival_days,
        series.log_value
        - {{ exact_sum(
            'around.log_value * case when abs(around.month_number - series.month_number) = 6 then 0.5 else 1 end',
            decimals=18
        ) }} / 12
            as seasonal
    from series
    inner join series as around
        on
            series.kpi = around.kpi
            and abs(around.month_number - series.month_number) <= 6
    group by series.kpi, series.month_number, series.festival_days, series.log_value
    having count(*) = 13

),

factors as (

    -- of a month and of those before it, by the years that were over then
    select
        series.kpi,
        series.month_number,
        recent.month_number as recent_month_number,
        recent.log_value,
        median(seasons.seasonal) as factor,
        avg(seasons.festival_days) as usual_festival_days
    from series
    cross join policy
    inner join series as recent
        on
            series.kpi = recent.kpi
            and recent.month_number between series.month_number - policy.anomaly_level_months and series.month_number
    inner join seasons
        on
            recent.kpi = seasons.kpi
            and mod(recent.month_number - seasons.month_number, 12) = 0
            and seasons.month_number + 6 < series.month_number
    group by
        series.kpi, series.month_number, recent.month_number, recent.log_value, policy.anomaly_minimum_seasons
    having count(*) >= policy.anomaly_minimum_seasons

),

levels as (

    select
        factors.kpi,
        factors.month_number,
        median(factors.log_value - factors.factor) as level
    from factors
    cross join policy
    where factors.recent_month_number < factors.month_number
    group by factors.kpi, factors.month_number, policy.anomaly_level_months
    having count(*) * 2 >= policy.anomaly_level_months

),

expected as (

    select
        series.kpi,
        series.month_start_on,
        series.month_number,
        series.value,
        series.festival_days,
        factors.factor,
        factors.usual_festival_days,
        levels.level + factors.factor as expected_log,
        series.log_value - levels.level - factors.factor as deviation
    from series
    inner join factors
        on
            series.kpi = factors.kpi
            and series.month_number = factors.month_number
            and series.month_number = factors.recent_month_number
    inner join levels
        on
            series.kpi = levels.kpi
            and series.month_number = levels.month_number

),

centres as (

    select
        expected.kpi,
        expected.month_number,
        median(earlier.deviation) as centre
    from expected
    cross join policy
    inner join expected as earlier
        on
            expected.kpi = earlier.kpi
            and expected.month_number > earlier.month_number
    group by expected.kpi, expected.month_number, policy.anomaly_history_months
    having count(*) >= policy.anomaly_history_months

),

spreads as (

    select
        centres.kpi,
        centres.month_number,
        centres.centre,
        {{ mad_factor }} * median(abs(earlier.deviation - centres.centre)) as spread
    from centres
    inner join expected as earlier
        on
            centres.kpi = earlier.kpi
            and centres.month_number > earlier.month_number
    group by centres.kpi, centres.month_number, centres.centre

),

final as (

    select
        expected.kpi,
        expected.month_start_on,
        expected.value,
        -- what earlier deviations had in common is the trend
        exp(expected.expected_log + coalesce(spreads.centre, 0)) as expected_value,
        exp(expected.factor) as seasonal_factor,
        (expected.deviation - spreads.centre) / nullif(spreads.spread, 0) as score,
        expected.festival_days,
        expected.usual_festival_days,
        abs(expected.festival_days - expected.usual_festival_days) > policy.festival_days_tolerance
            as is_festival_shift
    from expected
    cross join policy
    left join spreads
        on
            expected.kpi = spreads.kpi
            and expected.month_number = spreads.month_number

)

select * from final
