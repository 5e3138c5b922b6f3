-- grain: one key under which one customer record of a person is looked for

-- Two records are compared where they share a key. A key takes two or three things together, for what one thing alone
-- brings together grows with the square of the company; in a small company everybody is compared with everybody.

{% set keys = {
    'name': "given_sound || '|' || family_sound",
    'name_turned': "least(left(given_sound, 4), left(family_sound, 4)) || '|'"
        ~ " || greatest(left(given_sound, 4), left(family_sound, 4))",
    'name_year': "given_sound || '|' || family_sound || '|' || birth_year",
    'name_city': "given_sound || '|' || family_sound || '|' || city",
    'prefixes_city': "left(given_sound, 3) || '|' || left(family_sound, 3) || '|' || city",
    'prefixes_year': "left(given_sound, 2) || '|' || left(family_sound, 3) || '|' || birth_year",
    'birth_family': "birth_day || '|' || family_sound",
    'birth_given': "birth_day || '|' || given_sound",
    'birth_initials': "birth_day || '|' || left(given_sound, 1) || left(family_sound, 1)",
    'birth_city': "birth_day || '|' || city",
    'family_day': "family_sound || '|' || substr(birth_day, 5, 4)",
    'given_day': "given_sound || '|' || substr(birth_day, 5, 4)",
    'family_year_city': "family_sound || '|' || birth_year || '|' || city",
    'given_year_city': "given_sound || '|' || birth_year || '|' || city",
    'phone': "phone",
    'pattern_family': "phone_pattern || '|' || family_sound",
    'pattern_city': "phone_pattern || '|' || city",
    'email': "email",
    'email_user': "email_user",
    'email_family': "left(email_user, 4) || '|' || left(family_sound, 3)",
    'email_given': "left(email_user, 4) || '|' || left(given_sound, 2)",
    'address': "home_address || '|' || coalesce(city, '')",
    'address_family': "home_address || '|' || family_sound",
    'address_given': "left(home_address, 6) || '|' || given_sound",
    'numbers_city': "address_numbers || '|' || city || '|' || left(given_sound, 1)",
    'unionid': "unionid",
    'id_number': "id_number_hash",
    'member_no': "member_no",
} %}

with

compared as (

    select * from {{ ref('int_identity__compared') }}

),

policy as (

    select * from {{ ref('identity_model') }}

),

{% for key_type, value in keys.items() -%}
keyed_{{ key_type }} as (

    select
        record_key,
        '{{ key_type }}' as key_type,
        {{ hashed_number("'" ~ key_type ~ "' || " ~ value) }} as key_hash
    from compared
    where {{ value }} is not null

),

{% endfor -%}

size as (

    select count(*) as record_count from compared

),

everybody as (

    select
        compared.record_key,
        'everybody' as key_type,
        {{ hashed_number("'everybody'") }} as key_hash
    from compared
    cross join size
    cross join policy
    where size.record_count <= policy.compare_all_up_to

),

final as (

    {% for key_type in keys -%}
    select * from keyed_{{ key_type }}

    union all

    {% endfor -%}
    select * from everybody

)

select * from final
