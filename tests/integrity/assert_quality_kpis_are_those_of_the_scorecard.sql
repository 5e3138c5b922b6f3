-- A quality KPI of the as-of date's month is the measure of the scorecard: none is missing and none is another.

with

scored as (

    select
        catalog.kpi,
        cast(scorecard.numerator as double) as numerator,
        cast(scorecard.denominator as double) as base
    from {{ ref('scorecard') }} as scorecard
    inner join {{ ref('kpi_catalog') }} as catalog
        on
            scorecard.measure = catalog.quality_measure
            and scorecard.entity = catalog.quality_entity
    where
        scorecard.source_system = 'all'
        and scorecard.status <> 'not_measured'

),

measured as (

    select measures.*
    from {{ ref('int_management__measures_quality') }} as measures
    inner join {{ ref('int_calendar__as_of') }} as as_of
        on measures.month_start_on = date_trunc('month', as_of.as_of_on)

)

select scored.*
from scored
left join measured
    on
        scored.kpi = measured.kpi
        and scored.numerator = measured.numerator
        and scored.base = measured.base
where measured.kpi is null
