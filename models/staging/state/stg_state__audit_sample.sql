-- grain: one field of one customer record drawn for audit in an earlier published build

with

landed as (

    select * from {{ source('state', 'audit_sample') }}

),

final as (

    select
        cast(audit_month as date) as audit_month,
        record_id,
        field,
        source_system,
        source_file,
        source_sheet,
        cast(source_row as bigint) as source_row,
        label_zh,
        label_en,
        check_zh,
        check_en
    from landed

)

select * from final
