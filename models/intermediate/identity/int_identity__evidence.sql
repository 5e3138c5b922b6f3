-- grain: one value of one type of evidence on one customer record

{% set evidence = [
    ('unionid', "unionid"),
    ('id_number', "id_number_hash"),
    ('member_no', "member_no"),
    ('credit_code', "credit_code"),
    ('phone', "phone"),
    ('email', "email"),
    ('home_address', "city_code || home_address"),
    ('name_birth', "name_key || '|' || cast(birth_date as string)"),
    ('name_city', "case when customer_kind = 'person' then name_key || '|' || city_code end"),
    ('birth_city', "cast(birth_date as string) || '|' || city_code"),
    ('birth_address', "cast(birth_date as string) || '|' || home_address"),
    ('name_phone_pattern', "name_key || '|' || phone_pattern"),
    ('phone_pattern_city', "phone_pattern || '|' || city_code"),
    ('company_name', "case when customer_kind = 'organisation' then name_key end"),
] %}

with

records as (

    select * from {{ ref('int_identity__records') }}

),

types as (

    select * from {{ ref('identity_evidence') }}
    where is_active

),

collected as (

    {% for evidence_type, value in evidence -%}
    select
        record_key,
        customer_kind,
        '{{ evidence_type }}' as evidence_type,
        {{ value }} as value
    from records
    where {{ value }} is not null
    {% if not loop.last %}
    union all

    {% endif %}
    {%- endfor %}

),

banned as (

    select * from {{ ref('identity_banned_values') }}

),

final as (

    select
        collected.record_key,
        collected.customer_kind,
        collected.evidence_type,
        collected.value
    from collected
    inner join types
        on
            collected.customer_kind = types.customer_kind
            and collected.evidence_type = types.evidence_type
    inner join records
        on collected.record_key = records.record_key
    left join banned
        on
            collected.evidence_type = banned.evidence_type
            and collected.value = banned.value
    -- what a banned phone shows when it is masked says as little
    left join banned as banned_phones
        on
            banned_phones.evidence_type = 'phone'
            and case
                when collected.evidence_type in ('name_phone_pattern', 'phone_pattern_city') then records.phone
            end = banned_phones.value
    where
        banned.value is null
        and banned_phones.value is null

)

select * from final
