-- grain: one code of one list, with its labels
{{ config(materialized='view') }}

with

final as (

    select
        list_code,
        code,
        min(label_zh) as label_zh,
        min(label_en) as label_en
    from {{ ref('source_codes') }}
    group by list_code, code

    union all

    select
        list_code,
        code,
        label_zh,
        label_en
    from {{ ref('marketing_labels') }}

)

select * from final
