-- grain: one customer kind and type of evidence, with how many of its values say who somebody is

with

types as (

    select * from {{ ref('identity_evidence') }}

),

carried as (

    select
        customer_kind,
        evidence_type,
        count(*) as record_count
    from {{ ref('int_identity__evidence') }}
    group by customer_kind, evidence_type

),

shared as (

    select
        customer_kind,
        evidence_type,
        count(*) as value_count,
        count(case when ban_reason = 'too_many_records' then 1 end) as too_many_records_count,
        count(case when ban_reason = 'too_many_people' then 1 end) as too_many_people_count
    from {{ ref('int_identity__evidence_use') }}
    group by customer_kind, evidence_type

),

listed as (

    select
        evidence_type,
        count(*) as value_count
    from {{ ref('identity_banned_values') }}
    group by evidence_type

),

final as (

    select
        types.customer_kind,
        types.evidence_type,
        types.label_zh,
        types.label_en,
        types.is_active,
        types.max_records,
        types.max_people,
        coalesce(carried.record_count, 0) as record_count,
        coalesce(shared.value_count, 0) as shared_value_count,
        coalesce(shared.too_many_records_count, 0) as too_many_records_count,
        coalesce(shared.too_many_people_count, 0) as too_many_people_count,
        coalesce(listed.value_count, 0) as listed_count
    from types
    left join carried
        on
            types.customer_kind = carried.customer_kind
            and types.evidence_type = carried.evidence_type
    left join shared
        on
            types.customer_kind = shared.customer_kind
            and types.evidence_type = shared.evidence_type
    left join listed
        on types.evidence_type = listed.evidence_type

)

select * from final
