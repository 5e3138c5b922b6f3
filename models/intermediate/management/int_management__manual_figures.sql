-- grain: one month of one KPI that no system holds, as the newest file states it

with

final as (

    select
        figures.kpi,
        figures.month_start_on,
        cast(figures.figure as double) as figure,
        figures.figure_source,
        figures.owner
    from {{ ref('input__manual_kpis') }} as figures
    inner join {{ ref('kpi_catalog') }} as catalog
        on
            figures.kpi = catalog.kpi
            and catalog.is_manual
    qualify row_number() over (
        partition by figures.kpi, figures.month_start_on
        order by figures.landed_on desc nulls last, figures.source_system asc
    ) = 1

)

select * from final
