-- grain: one customer record of a person, with the values that two records are compared by

-- Values that too many records or people share are left out (int_identity__evidence_use). The share of records that
-- have a value says how much an agreement on it is worth: 王伟 is no 欧阳询.

{% set shared = [
    'given_name', 'given_sound', 'family_name', 'family_sound', 'birth_day', 'phone', 'phone_pattern', 'email',
    'email_user', 'home_address', 'city',
] %}

with

usable as (

    select
        evidence.record_key,
        {% for evidence_type in ['unionid', 'id_number', 'member_no', 'phone', 'email'] -%}
        max(case when evidence.evidence_type = '{{ evidence_type }}' then evidence.value end) as {{ evidence_type }},
        {% endfor -%}
        max(case when evidence.evidence_type = 'home_address' then 1 end) as has_address
    from {{ ref('int_identity__evidence') }} as evidence
    left join {{ ref('int_identity__evidence_use') }} as evidence_use
        on
            evidence.customer_kind = evidence_use.customer_kind
            and evidence.evidence_type = evidence_use.evidence_type
            and evidence.value = evidence_use.value
    where
        evidence.customer_kind = 'person'
        and evidence_use.ban_reason is null
    group by evidence.record_key

),

variants as (

    select
        nickname,
        ' ' || {{ joined_texts('given_name', ' ', 'given_name') }} || ' ' as given_formals
    from {{ ref('given_name_variants') }}
    group by nickname

),

records as (

    select
        records.record_key,
        records.name_key,
        records.given_name,
        records.family_name,
        records.given_sound,
        records.family_sound,
        coalesce(records.surname_length, 0) = 0 as is_latin,
        -- one Latin word: given name or surname, nobody knows
        coalesce(records.surname_length, 0) = 0 and records.given_name is not null and records.family_name is null
            as is_one_word,
        variants.given_formals,
        replace(cast(records.birth_date as string), '-', '') as birth_day,
        records.birth_year,
        usable.phone,
        case when records.phone is null or usable.phone is not null then records.phone_pattern end as phone_pattern,
        usable.email,
        {{ regexp_replace_all("split_part(split_part(usable.email, '@', 1), '+', 1)", '[.]', '') }} as email_user,
        case when records.city_code is null or usable.has_address = 1 then records.home_address end as home_address,
        coalesce(records.city_code, records.town) as city,
        coalesce({{ regexp_like('records.city_code', '^[0-9]') }}, false) as is_city_coded,
        records.gender,
        usable.unionid,
        usable.id_number as id_number_hash,
        usable.member_no
    from {{ ref('int_identity__records') }} as records
    left join usable
        on records.record_key = usable.record_key
    left join variants
        on records.given_sound = variants.nickname
    where records.customer_kind = 'person'

),

taken_apart as (

    select
        *,
        {{ regexp_replace_all('email_user', '[^a-z]', '') }} as email_letters,
        nullif(
            trim(both '.' from {{ regexp_replace_all('home_address', '[^0-9]+', '.') }}), ''
        ) as address_numbers
    from records

),

-- counted and joined: a window for each value would sort all records eleven times
{% for column in shared -%}
{{ column }}_shares as (

    select
        {{ column }},
        count(*) / cast(sum(count(*)) over () as double) as share
    from taken_apart
    where {{ column }} is not null
    group by {{ column }}

),

{% endfor -%}
-- a number under a name, and the one town that it is used in, if any says so
numbers as (

    select
        name_key,
        coalesce(phone_pattern, phone) as number,
        case when min(city) = max(city) then min(city) end as city
    from taken_apart
    where
        name_key is not null
        and coalesce(phone_pattern, phone) is not null
    group by name_key, coalesce(phone_pattern, phone)

),

name_numbers as (

    select
        name_key,
        city,
        count(*) as number_count
    from numbers
    group by name_key, city

),

final as (

    select
        {% for column in shared -%}
        {{ column }}_shares.share as {{ column }}_share,
        {% endfor -%}
        taken_apart.*,
        case
            when taken_apart.name_key is not null and taken_apart.city is not null
                then coalesce(here.number_count, 0) + coalesce(anywhere.number_count, 0)
        end as town_numbers
    from taken_apart
    {% for column in shared -%}
    left join {{ column }}_shares
        on taken_apart.{{ column }} = {{ column }}_shares.{{ column }}
    {% endfor -%}
    left join name_numbers as here
        on
            taken_apart.name_key = here.name_key
            and taken_apart.city = here.city
    left join name_numbers as anywhere
        on
            taken_apart.name_key = anywhere.name_key
            and anywhere.city is null

)

select * from final
