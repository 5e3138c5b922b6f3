-- grain: one value of one type of evidence that several customer records carry

-- A value that too many records or too many people share says nothing about who somebody is. People are counted by what
-- the value itself does not say: by complete names, or where the name is part of the value by what else differs.

with

-- most values stand on one record: what is counted below is the rest
repeated_values as (

    select
        customer_kind,
        evidence_type,
        value
    from {{ ref('int_identity__evidence') }}
    group by customer_kind, evidence_type, value
    having count(*) > 1

),

used as (

    select
        evidence.customer_kind,
        evidence.evidence_type,
        evidence.value,
        count(*) as record_count,
        count(distinct records.source_system) as system_count,
        count(distinct records.name_key) as name_count,
        count(distinct records.phone) as phone_count,
        count(distinct records.city_code) as city_count,
        count(distinct records.credit_code) as credit_code_count
    from {{ ref('int_identity__evidence') }} as evidence
    inner join repeated_values
        on
            evidence.customer_kind = repeated_values.customer_kind
            and evidence.evidence_type = repeated_values.evidence_type
            and evidence.value = repeated_values.value
    inner join {{ ref('int_identity__records') }} as records
        on evidence.record_key = records.record_key
    group by evidence.customer_kind, evidence.evidence_type, evidence.value

),

counted as (

    select
        *,
        case
            when evidence_type in ('name_phone_pattern') then phone_count
            when evidence_type = 'company_name' then greatest(city_count, credit_code_count)
            when evidence_type in ('name_birth', 'name_city') then 1
            when evidence_type = 'birth_address' then city_count
            else name_count
        end as people_count
    from used

),

final as (

    select
        counted.customer_kind,
        counted.evidence_type,
        counted.value,
        counted.record_count,
        counted.system_count,
        counted.people_count,
        case
            when counted.record_count > types.max_records then 'too_many_records'
            when counted.people_count > types.max_people then 'too_many_people'
        end as ban_reason
    from counted
    inner join {{ ref('identity_evidence') }} as types
        on
            counted.customer_kind = types.customer_kind
            and counted.evidence_type = types.evidence_type

)

select * from final
