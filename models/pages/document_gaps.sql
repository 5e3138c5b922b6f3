-- grain: one source system and cause for which documents do not tie to their totals

with

totals as (

    select
        source_system,
        gap_cause,
        count(*) as document_count,
        sum(document_gap) as document_gap
    from {{ ref('int_orders__gaps') }}
    group by source_system, gap_cause

),

stated as (

    select
        source_system,
        sum(document_count) as stated_count
    from totals
    group by source_system

),

final as (

    select
        cast(totals.source_system as string) as source_system,
        cast(totals.gap_cause as string) as gap_cause,
        cast(causes.label_zh as string) as label_zh,
        cast(causes.label_en as string) as label_en,
        cast(causes.remedy_zh as string) as remedy_zh,
        cast(causes.remedy_en as string) as remedy_en,
        causes.is_gap,
        cast(totals.document_count as bigint) as document_count,
        cast(stated.stated_count as bigint) as stated_count,
        cast(totals.document_gap as decimal(18, 2)) as document_gap
    from totals
    inner join stated
        on totals.source_system = stated.source_system
    inner join {{ ref('gap_causes') }} as causes
        on totals.gap_cause = causes.gap_cause
    where totals.gap_cause <> 'none'

)

select * from final
