-- grain: one core without a complete name, one value that it shares and one core it may belong to

-- 王总 or a nameless record under a telephone belongs to the one person known under it. Where two people are known, or
-- where somebody under the number cannot be that person, a nameless record says nothing; where several names fit, a
-- person decides.

with

rules as (

    select * from {{ ref('identity_rules') }}
    where
        is_active
        and stage = 'attach'

),

profiles as (

    select * from {{ ref('int_identity__core_profiles') }}

),

records as (

    select
        cores.core_key,
        records.*
    from {{ ref('int_identity__records') }} as records
    inner join {{ ref('int_identity__cores') }} as cores
        on records.record_key = cores.record_key

),

shared as (

    select
        evidence.customer_kind,
        evidence.evidence_type,
        evidence.value,
        evidence.record_key,
        cores.core_key
    from {{ ref('int_identity__evidence') }} as evidence
    inner join {{ ref('int_identity__evidence_use') }} as evidence_use
        on
            evidence.customer_kind = evidence_use.customer_kind
            and evidence.evidence_type = evidence_use.evidence_type
            and evidence.value = evidence_use.value
            and evidence_use.ban_reason is null
    inner join {{ ref('int_identity__cores') }} as cores
        on evidence.record_key = cores.record_key
    where
        exists (
            select 1 from rules
            where
                rules.customer_kind = evidence.customer_kind
                and rules.evidence_type = evidence.evidence_type
        )

),

several as (

    select
        customer_kind,
        evidence_type,
        value
    from shared
    group by customer_kind, evidence_type, value
    having min(core_key) < max(core_key)

),

occupied as (

    select
        shared.customer_kind,
        shared.evidence_type,
        shared.value,
        shared.record_key,
        shared.core_key,
        profiles.is_named
    from shared
    inner join several
        on
            shared.customer_kind = several.customer_kind
            and shared.evidence_type = several.evidence_type
            and shared.value = several.value
    inner join profiles
        on shared.core_key = profiles.core_key

),

-- one record for each complete name of a core
names as (

    select
        core_key,
        name_key,
        min(record_key) as record_key
    from records
    where name_key is not null
    group by core_key, name_key

),

named as (

    select
        occupied.customer_kind,
        occupied.evidence_type,
        occupied.value,
        occupied.core_key,
        names.record_key as named_record_key,
        min(occupied.record_key) as record_key
    from occupied
    inner join names
        on occupied.core_key = names.core_key
    where occupied.is_named
    group by
        occupied.customer_kind,
        occupied.evidence_type,
        occupied.value,
        occupied.core_key,
        names.record_key

),

compared as (

    select
        open_records.customer_kind,
        open_records.evidence_type,
        open_records.value,
        open_records.core_key as core_key_a,
        named.core_key as core_key_b,
        a.record_key as record_key_a,
        min(named.record_key) as record_key_b,
        max(case when a.name is null then 0 else 1 end) as has_part,
        max(case when {{ name_agreement('a', 'b') }} <> 'different' then 1 else 0 end) as fits,
        max(case when {{ identity_conflict('profiles_a', 'profiles_b') }} then 1 else 0 end) as is_conflict,
        max(case when coalesce(profiles_a.city_code <> profiles_b.city_code, false) then 1 else 0 end) as is_elsewhere
    from occupied as open_records
    inner join named
        on
            open_records.customer_kind = named.customer_kind
            and open_records.evidence_type = named.evidence_type
            and open_records.value = named.value
    inner join records as a
        on open_records.record_key = a.record_key
    inner join records as b
        on named.named_record_key = b.record_key
    inner join profiles as profiles_a
        on open_records.core_key = profiles_a.core_key
    inner join profiles as profiles_b
        on named.core_key = profiles_b.core_key
    where
        not open_records.is_named
        -- two full numbers are compared as such
        and (open_records.evidence_type <> 'phone_pattern_city' or a.phone is null)
    group by
        open_records.customer_kind,
        open_records.evidence_type,
        open_records.value,
        open_records.core_key,
        named.core_key,
        a.record_key

),

candidates as (

    select
        customer_kind,
        evidence_type,
        value,
        core_key_a,
        core_key_b,
        min(record_key_a) as record_key_a,
        min(record_key_b) as record_key_b,
        case when max(has_part) = 1 then 'partial' else 'unknown' end as name_agreement,
        min(fits) = 1
        and max(is_conflict) = 0
        and (max(has_part) = 1 or max(is_elsewhere) = 0) as is_possible
    from compared
    group by customer_kind, evidence_type, value, core_key_a, core_key_b

),

weighed as (

    select
        *,
        count(case when is_possible then 1 end) over (
            partition by customer_kind, evidence_type, value, core_key_a
        ) as possible_count,
        -- somebody under this value is somebody else: it is known to be shared
        max(case when is_possible then 0 else 1 end) over (
            partition by customer_kind, evidence_type, value
        ) as is_shared_value
    from candidates

),

-- nobody under the value has a complete name: parts of names agree, or all are one person
nameless as (

    select
        occupied.customer_kind,
        occupied.evidence_type,
        occupied.value,
        occupied.core_key,
        occupied.record_key,
        min(occupied.core_key) over (
            partition by occupied.customer_kind, occupied.evidence_type, occupied.value
        ) as first_core_key,
        first_value(occupied.record_key) over (
            partition by occupied.customer_kind, occupied.evidence_type, occupied.value
            order by occupied.core_key asc, occupied.record_key asc
        ) as first_record_key,
        {{ all_agree('left(records.name, coalesce(nullif(records.surname_length, 0), 50))') }}
        and {{ all_agree('records.phone') }}
        and {{ all_agree('profiles.unionid') }}
        and {{ all_agree('profiles.id_number_hash') }}
        and {{ all_agree('profiles.gender') }}
        and {{ all_agree('profiles.birth_year') }}
        and {{ all_agree('profiles.city_code') }}
        -- a system that asks for names and has none for two of its records has not told that they are one
        and (
            records.name is not null
            or coalesce(records.is_name_asked, false) = false
            or min(occupied.core_key) over (
                partition by occupied.customer_kind, occupied.evidence_type, occupied.value, records.source_system
            ) = max(occupied.core_key) over (
                partition by occupied.customer_kind, occupied.evidence_type, occupied.value, records.source_system
            )
        ) as is_one_person,
        case when records.name is null then 'unknown' else 'partial' end as name_agreement
    from occupied
    inner join records
        on occupied.record_key = records.record_key
    inner join profiles
        on occupied.core_key = profiles.core_key
    left join named
        on
            occupied.customer_kind = named.customer_kind
            and occupied.evidence_type = named.evidence_type
            and occupied.value = named.value
    where named.value is null

),

proposed as (

    select
        customer_kind,
        evidence_type,
        value,
        record_key_a,
        record_key_b,
        name_agreement,
        possible_count = 1
        and (name_agreement = 'partial' or is_shared_value = 0) as is_clear
    from weighed
    where is_possible

    union all

    select
        customer_kind,
        evidence_type,
        value,
        min(record_key) as record_key_a,
        min(first_record_key) as record_key_b,
        min(name_agreement) as name_agreement,
        bool_and(is_one_person) as is_clear
    from nameless
    where core_key <> first_core_key
    group by customer_kind, evidence_type, value, core_key

),

final as (

    select
        proposed.record_key_a,
        proposed.record_key_b,
        proposed.evidence_type,
        proposed.name_agreement,
        rules.rule_code,
        rules.tier,
        case when proposed.is_clear then rules.decision else 'review' end as decision,
        proposed.is_clear
    from proposed
    inner join rules
        on
            proposed.customer_kind = rules.customer_kind
            and proposed.evidence_type = rules.evidence_type
            and proposed.name_agreement = rules.name_agreements

)

select * from final
