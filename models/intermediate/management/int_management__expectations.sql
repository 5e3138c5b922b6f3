-- grain: one seasonal KPI and one complete month: what season and growth let expect, and how far off it was

-- The season is last year's figure with the festival seasons of this year, the growth the median of what the months
-- before grew by on theirs; in logarithms, all from before the month. The deviation is measured by the median and the
-- median absolute deviation of earlier ones. It is told where it is beyond the policy's change, and not last year's own
-- deviation come back.

{#- consistency of the median absolute deviation with the standard deviation of a normal distribution -#}
{%- set mad_factor = 1.4826 %}

with

policy as (

    select * from {{ ref('management_policy') }}

),

months as (

    select * from {{ ref('int_management__months') }}
    where is_complete

),

figures as (

    select * from {{ ref('int_management__values') }}
    where segment_kind = 'all'

),

shifts as (

    select * from {{ ref('int_management__festival_shifts') }}
    where period_kind = 'month'

),

aligned as (

    select * from {{ ref('int_management__aligned_values') }}
    where
        period_kind = 'month'
        and segment_kind = 'all'

),

series as (

    select
        catalog.kpi,
        months.month_start_on,
        cast(extract(year from months.month_start_on) * 12 + extract(month from months.month_start_on) as integer)
            as month_number,
        figures.value,
        {{ last_year_aligned('shifts.shift_status', 'year_before.value', 'aligned.value') }} as season_value
    from months
    inner join {{ ref('kpi_catalog') }} as catalog
        on catalog.is_seasonal
    left join figures
        on
            months.month_start_on = figures.month_start_on
            and catalog.kpi = figures.kpi
    left join figures as year_before
        on
            months.year_before_on = year_before.month_start_on
            and catalog.kpi = year_before.kpi
    left join shifts
        on months.month_start_on = shifts.period_start_on
    left join aligned
        on
            months.month_start_on = aligned.period_start_on
            and catalog.kpi = aligned.kpi

),

grown as (

    select
        *,
        case when value > 0 and season_value > 0 then ln(value / season_value) end as growth
    from series

),

levels as (

    select
        grown.kpi,
        grown.month_number,
        median(earlier.growth) as level
    from grown
    cross join policy
    inner join grown as earlier
        on
            grown.kpi = earlier.kpi
            and earlier.month_number between grown.month_number - policy.anomaly_level_months and grown.month_number - 1
            and earlier.growth is not null
    group by grown.kpi, grown.month_number, policy.anomaly_level_months
    having count(*) * 2 >= policy.anomaly_level_months

),

expected as (

    select
        grown.*,
        levels.level,
        grown.growth - levels.level as deviation
    from grown
    left join levels
        on
            grown.kpi = levels.kpi
            and grown.month_number = levels.month_number

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
            and earlier.deviation is not null
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
            and earlier.deviation is not null
    group by centres.kpi, centres.month_number, centres.centre

),

scored as (

    select
        expected.*,
        -- what earlier deviations had in common is the trend
        case
            when expected.season_value > 0
                then expected.season_value * exp(expected.level + coalesce(spreads.centre, 0))
        end as expected_value,
        (expected.deviation - spreads.centre) / nullif(spreads.spread, 0) as score
    from expected
    left join spreads
        on
            expected.kpi = spreads.kpi
            and expected.month_number = spreads.month_number

),

final as (

    select
        scored.kpi,
        scored.month_start_on,
        scored.value,
        scored.season_value,
        scored.expected_value,
        exp(scored.level) - 1 as expected_growth,
        scored.score,
        case
            when coalesce(scored.value, 0) <= 0 then 'no_figure'
            when coalesce(scored.season_value, 0) <= 0 then 'no_last_year'
            when scored.level is null then 'no_level'
            when scored.score is null then 'no_history'
            else 'scored'
        end as expectation_status,
        coalesce(
            abs(scored.value / nullif(scored.expected_value, 0) - 1) > policy.anomaly_minimum_change
            and not (
                coalesce(abs(last_year.score), 0) > policy.anomaly_score
                and sign(last_year.score) <> sign(scored.score)
            ),
            false
        ) as is_to_be_told
    from scored
    cross join policy
    left join scored as last_year
        on
            scored.kpi = last_year.kpi
            and scored.month_number - 12 = last_year.month_number

)

select * from final
