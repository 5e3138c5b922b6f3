-- grain: one KPI in one month for the company, of those that no system holds

-- The figure is taken as it was handed in: its numerator, without a base.
{{ config(materialized='view') }}

with

final as (

    select
        kpi,
        month_start_on,
        'all' as segment_kind,
        'all' as segment,
        figure as numerator,
        cast(null as double) as base
    from {{ ref('int_management__manual_figures') }}

)

select * from final
