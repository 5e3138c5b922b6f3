-- grain: one KPI, one kind of reference and the month it begins
{{ config(materialized='view') }}

with

declared as (

    {{ declared_references('kpi_references', 'kpi') }}

),

final as (

    select
        kpi,
        reference,
        valid_from_on,
        figure,
        unit,
        source,
        reference_status
    from declared

)

select * from final
