-- grain: two customer records and one rule that says they are one customer

with

records as (

    select * from {{ ref('int_identity__records') }}

),

evidence as (

    select
        evidence.record_key,
        evidence.customer_kind,
        evidence.evidence_type,
        evidence.value
    from {{ ref('int_identity__evidence') }} as evidence
    inner join {{ ref('int_identity__evidence_use') }} as evidence_use
        on
            evidence.customer_kind = evidence_use.customer_kind
            and evidence.evidence_type = evidence_use.evidence_type
            and evidence.value = evidence_use.value
    where evidence_use.ban_reason is null

),

rules as (

    select * from {{ ref('identity_rules') }}
    where
        is_active
        and stage = 'core'

),

candidates as (

    select
        a.record_key as record_key_a,
        b.record_key as record_key_b,
        evidence_a.evidence_type,
        a.customer_kind,
        {{ name_agreement('a', 'b') }} as name_agreement,
        {{ identifier_conflict('a', 'b') }} as is_identifier_conflict,
        {{ detail_conflict('a', 'b') }} as is_detail_conflict,
        coalesce(a.city_code = b.city_code, false) as is_same_city,
        coalesce(a.birth_date = b.birth_date, false) as is_same_birth_date,
        coalesce({{ is_close_address('a', 'b') }}, false) as is_close_address
    from evidence as evidence_a
    inner join evidence as evidence_b
        on
            evidence_a.customer_kind = evidence_b.customer_kind
            and evidence_a.evidence_type = evidence_b.evidence_type
            and evidence_a.value = evidence_b.value
            and evidence_a.record_key < evidence_b.record_key
    inner join records as a
        on evidence_a.record_key = a.record_key
    inner join records as b
        on evidence_b.record_key = b.record_key
    -- two full numbers are compared as such
    where not (evidence_a.evidence_type = 'name_phone_pattern' and a.phone is not null and b.phone is not null)

),

final as (

    select
        candidates.record_key_a,
        candidates.record_key_b,
        rules.rule_code,
        rules.tier,
        rules.decision,
        candidates.evidence_type,
        candidates.name_agreement,
        -- a detail may be mistyped: it gives way to a strong identifier under the same name
        candidates.is_identifier_conflict
        or (
            candidates.is_detail_conflict
            and not (rules.tier = 1 and candidates.name_agreement in ('equal', 'sound', 'close'))
        ) as is_conflict
    from candidates
    inner join rules
        on
            candidates.customer_kind = rules.customer_kind
            and candidates.evidence_type = rules.evidence_type
            and contains(' ' || rules.name_agreements || ' ', ' ' || candidates.name_agreement || ' ')
            and case rules.corroboration
                when 'city' then candidates.is_same_city
                when 'address' then candidates.is_close_address
                when 'birth_date' then candidates.is_same_birth_date
                else true
            end

)

select * from final
