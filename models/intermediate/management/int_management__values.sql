-- grain: one KPI in one month for one segment (`all`: the company), over the months that the catalogue gives it

-- A ratio over several months is the sum of its numerators ÷ the sum of its bases.

with

months as (

    select * from {{ ref('int_management__months') }}

),

catalog as (

    select * from {{ ref('kpi_catalog') }}

),

measures as (

    select * from {{ ref('int_management__measures') }}

),

summed as (

    select
        measures.kpi,
        months.month_start_on,
        measures.segment_kind,
        measures.segment,
        catalog.statistic,
        catalog.scale,
        {{ exact_sum('measures.numerator') }} as numerator,
        {{ exact_sum('measures.base') }} as base
    from measures
    inner join catalog
        on measures.kpi = catalog.kpi
    inner join months
        on
            measures.month_start_on <= months.month_start_on
            and measures.month_start_on > {{ months_before('months.month_start_on', 'catalog.window_months') }}
    group by
        measures.kpi, months.month_start_on, measures.segment_kind, measures.segment, catalog.statistic, catalog.scale

),

final as (

    select
        kpi,
        month_start_on,
        segment_kind,
        segment,
        numerator,
        base,
        case statistic
            when 'sum' then numerator
            else scale * numerator / nullif(base, 0)
        end as value
    from summed

)

select * from final
