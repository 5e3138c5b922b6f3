-- grain: one landed entity and reason for which rows are in quarantine

-- One row for each, to see what is wrong: where it stands, and the shape of its values. No value itself.

with

quarantine as (

    select * from {{ ref('quarantine') }}

),

reasons as (

    select * from {{ ref('quarantine_reasons') }}

),

numbered as (

    select
        source_system,
        entity,
        reason_code,
        source_file,
        source_sheet,
        source_row,
        original_row,
        count(*) over (partition by source_system, entity, reason_code) as row_count,
        row_number() over (
            partition by source_system, entity, reason_code
            order by source_file asc, source_sheet_key asc, source_row asc, load_id asc
        ) as example_number
    from quarantine

),

final as (

    select
        cast(numbered.source_system as string) as source_system,
        cast(numbered.entity as string) as entity,
        cast(numbered.reason_code as string) as reason_code,
        cast(reasons.label_zh as string) as label_zh,
        cast(reasons.label_en as string) as label_en,
        cast(reasons.remedy_zh as string) as remedy_zh,
        cast(reasons.remedy_en as string) as remedy_en,
        cast(numbered.source_sheet as string) as source_sheet,
        cast({{ masked_row('numbered.original_row') }} as string) as row_masked,
        cast(reasons.counts_as_error as boolean) as counts_as_error,
        cast(numbered.source_row as bigint) as source_row,
        cast(numbered.row_count as bigint) as row_count
    from numbered
    left join reasons
        on numbered.reason_code = reasons.reason_code
    where numbered.example_number = 1

)

select * from final
