-- grain: one reference of one figure of marketing or service and one segment
{{ config(materialized='view') }}

with

declared as (

    {{ declared_references('marketing_references', 'metric') }}

),

final as (

    select
        metric,
        segment_kind,
        segment,
        label_zh,
        label_en,
        unit,
        source,
        reference as stated_reference,
        case when reference_status = 'comparable' then reference end as reference,
        reference_status
    from declared

)

select * from final
