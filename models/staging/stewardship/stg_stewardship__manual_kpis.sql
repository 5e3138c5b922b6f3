-- grain: one month of one KPI that no system holds

with

figures as (

    {{ accepted(ref('base_stewardship__manual_kpis')) }}

),

final as (

    select
        month_start_on,
        kpi,
        figure,
        figure_source,
        owner,
        landed_on
    from figures

)

select * from final
