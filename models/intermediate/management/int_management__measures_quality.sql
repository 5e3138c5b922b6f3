-- grain: one KPI of data quality in one month for one segment (`all`: the company), with its numerator and base

-- Of the builds of a month the last counts. This build's measures are read where they are taken and rated as the
-- scorecard rates them, so that no KPI waits for the scorecard and its history.

with

catalog as (

    select
        kpi,
        quality_measure,
        quality_entity
    from {{ ref('kpi_catalog') }}
    where quality_measure is not null

),

measures as (

    {%- for part in ['landing', 'input', 'customers', 'duplicates'] %}
    select * from {{ ref('measures_' ~ part) }}
    where source_system = 'all'
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

current_build as (

    {{ rated('measures') }}

),

builds as (

    select
        build_id,
        as_of_on,
        measure,
        entity,
        status,
        numerator,
        denominator
    from {{ ref('stg_state__scorecard_history') }}
    where
        build_id <> '{{ build_id() }}'
        and source_system = 'all'

    union all

    select
        '{{ build_id() }}' as build_id,
        as_of.as_of_on,
        current_build.measure,
        current_build.entity,
        current_build.status,
        current_build.numerator,
        current_build.denominator
    from current_build
    cross join {{ ref('int_calendar__as_of') }} as as_of

),

final as (

    select
        catalog.kpi,
        cast(date_trunc('month', builds.as_of_on) as date) as month_start_on,
        'all' as segment_kind,
        'all' as segment,
        cast(builds.numerator as double) as numerator,
        cast(builds.denominator as double) as base
    from builds
    inner join catalog
        on
            builds.measure = catalog.quality_measure
            and builds.entity = catalog.quality_entity
    where builds.status <> 'not_measured'
    qualify row_number() over (
        partition by catalog.kpi, date_trunc('month', builds.as_of_on)
        order by builds.as_of_on desc nulls last, builds.build_id desc nulls last
    ) = 1

)

select * from final
