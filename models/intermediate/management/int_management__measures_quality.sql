-- grain: one KPI of data quality in one month for one segment (`all`: the company), with its numerator and base

with

scores as (

    -- what the last build of the month found
    select
        catalog.kpi,
        cast(date_trunc('month', history.as_of_on) as date) as month_start_on,
        history.numerator,
        history.denominator as base
    from {{ ref('scorecard_history') }} as history
    inner join {{ ref('kpi_catalog') }} as catalog
        on
            history.measure = catalog.quality_measure
            and history.entity = catalog.quality_entity
    where
        history.source_system = 'all'
        and history.status <> 'not_measured'
    qualify row_number() over (
        partition by catalog.kpi, date_trunc('month', history.as_of_on)
        order by history.as_of_on desc nulls last, history.build_id desc nulls last
    ) = 1

),

final as (

    select
        kpi,
        month_start_on,
        'all' as segment_kind,
        'all' as segment,
        cast(numerator as double) as numerator,
        cast(base as double) as base
    from scores

)

select * from final
