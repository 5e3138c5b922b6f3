-- grain: one source system and one reason why order documents do not count

with

documents as (

    select * from {{ ref('int_orders__judged') }}

),

reasons as (

    select
        status as reason,
        label_zh,
        label_en
    from {{ ref('order_statuses') }}

    union all

    select
        excluded_reason as reason,
        label_zh,
        label_en
    from {{ ref('exclusion_reasons') }}

),

sources as (

    select
        source_system,
        count(*) as landed_count
    from documents
    group by source_system

),

excluded as (

    select
        source_system,
        excluded_reason,
        count(*) as document_count,
        sum(document_amount) as document_amount
    from documents
    where not is_sale
    group by source_system, excluded_reason

),

final as (

    select
        excluded.source_system,
        excluded.excluded_reason,
        reasons.label_zh,
        reasons.label_en,
        excluded.document_count,
        cast(excluded.document_count as double) / sources.landed_count as document_share,
        excluded.document_amount
    from excluded
    inner join sources
        on excluded.source_system = sources.source_system
    inner join reasons
        on excluded.excluded_reason = reasons.reason

)

select * from final
