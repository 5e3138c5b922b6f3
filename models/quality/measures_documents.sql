-- grain: one measure of order documents in one source system

with

ties as (

    select
        gaps.source_system,
        sum(case when causes.is_gap then 1 else 0 end) as gap_count,
        count(*) as document_count
    from {{ ref('int_orders__gaps') }} as gaps
    inner join {{ ref('gap_causes') }} as causes
        on gaps.gap_cause = causes.gap_cause
    group by gaps.source_system

),

doubted as (

    select
        source_system,
        count(*) as document_count
    from {{ ref('int_orders__scales') }}
    where handling <> 'confirmed'
    group by source_system

),

documents as (

    select
        source_system,
        count(*) as document_count
    from {{ ref('input__orders') }}
    group by source_system

),

currencies as (

    select
        source_system,
        count(excluded_reason) as problem_count,
        count(*) as document_count
    from {{ ref('int_orders__currencies') }}
    group by source_system

),

final as (

    -- documents whose lines, discount, freight and tax do not make their total ÷ documents that state one
    select
        'document_gap' as measure,
        source_system,
        'orders' as entity,
        cast(gap_count as decimal(18, 2)) as numerator,
        cast(document_count as decimal(18, 2)) as denominator
    from ties

    union all

    -- held out of revenue or mended, and not confirmed by anybody
    select
        'amount_scale_suspect' as measure,
        documents.source_system,
        'orders' as entity,
        cast(coalesce(doubted.document_count, 0) as decimal(18, 2)) as numerator,
        cast(documents.document_count as decimal(18, 2)) as denominator
    from documents
    left join doubted
        on documents.source_system = doubted.source_system

    union all

    -- no revenue for want of a rate ÷ documents in another currency than the data set's
    select
        'not_converted' as measure,
        source_system,
        'orders' as entity,
        cast(problem_count as decimal(18, 2)) as numerator,
        cast(document_count as decimal(18, 2)) as denominator
    from currencies

)

select * from final
