{#-
  Persons as the probabilistic model compares them, one row per `unit` (core_key or record_key) of the relation `units`
  (record_key, unit key). Columns: int_identity__model_inputs.
-#}
{% macro model_inputs(units, unit) -%}

with

units as (

    select
        record_key,
        {{ unit }} as unit_key
    from {{ units }}

),

records as (

    select
        units.unit_key,
        records.*
    from {{ ref('int_identity__records') }} as records
    inner join units
        on records.record_key = units.record_key
    where records.customer_kind = 'person'

),

-- values of nobody in particular say nothing to the model either
usable as (

    select
        evidence.record_key,
        evidence.evidence_type,
        evidence.value
    from {{ ref('int_identity__evidence') }} as evidence
    left join {{ ref('int_identity__evidence_use') }} as evidence_use
        on
            evidence.customer_kind = evidence_use.customer_kind
            and evidence.evidence_type = evidence_use.evidence_type
            and evidence.value = evidence_use.value
    where
        evidence.customer_kind = 'person'
        and evidence_use.ban_reason is null

),

counted as (

    select
        *,
        count(*) over (partition by unit_key, name) as same_name_count
    from records

),

-- one record says what the person is called: a complete name, the one most records bear
named as (

    select
        unit_key,
        record_key,
        name,
        name_key,
        name_sound,
        -- of a nickname nobody knows it
        case
            when surname_length = 0 then split_part(name, ' ', -1)
            when name_key is not null or length(name) = surname_length then left(name, surname_length)
        end as surname
    from counted
    qualify
        row_number() over (
            partition by unit_key
            order by name_key is null asc, name is null asc, same_name_count desc, record_key asc
        ) = 1

),

known as (

    select
        records.unit_key,
        {{ sorted_set('phones.value') }} as phones,
        {{ sorted_set('case when records.phone is null or phones.value is not null then records.phone_pattern end') }}
            as phone_patterns,
        -- known with four digits masked only
        {{ sorted_set('case when records.phone is null then records.phone_pattern end') }} as masked_phones,
        min(split_part(emails.value, '@', 1)) as email_user,
        min(records.city_code || records.home_address) as home_address,
        min(cast(records.birth_date as string)) as birth_date,
        min(records.birth_year) as birth_year,
        min(records.gender) as gender,
        -- people move: only records of one city say where it is
        case when min(records.city_code) = max(records.city_code) then min(records.city_code) end as city_code
    from records
    left join usable as phones
        on
            records.record_key = phones.record_key
            and phones.evidence_type = 'phone'
    left join usable as emails
        on
            records.record_key = emails.record_key
            and emails.evidence_type = 'email'
    group by records.unit_key

),

final as (

    select
        named.record_key,
        named.unit_key,
        named.name,
        case when named.name_key is not null then named.name end as complete_name,
        named.name_key,
        named.name_sound,
        named.surname,
        known.phones,
        known.phone_patterns,
        known.masked_phones,
        known.email_user,
        known.home_address,
        known.birth_date,
        known.birth_year,
        known.gender,
        known.city_code
    from named
    inner join known
        on named.unit_key = known.unit_key

)

select * from final
{%- endmacro %}
