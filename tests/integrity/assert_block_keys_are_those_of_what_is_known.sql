-- A record is looked for under each key of which it knows every part (turned names: one of the two), and in a small
-- company under the one of everybody.

{% set parts = {
    'name': ['given_sound', 'family_sound'],
    'name_turned': ['coalesce(given_sound, family_sound)'],
    'name_year': ['given_sound', 'family_sound', 'birth_year'],
    'name_city': ['given_sound', 'family_sound', 'city'],
    'prefixes_city': ['given_sound', 'family_sound', 'city'],
    'prefixes_year': ['given_sound', 'family_sound', 'birth_year'],
    'birth_family': ['birth_day', 'family_sound'],
    'birth_given': ['birth_day', 'given_sound'],
    'birth_initials': ['birth_day', 'given_sound', 'family_sound'],
    'birth_city': ['birth_day', 'city'],
    'family_day': ['family_sound', 'birth_day'],
    'given_day': ['given_sound', 'birth_day'],
    'family_year_city': ['family_sound', 'birth_year', 'city'],
    'given_year_city': ['given_sound', 'birth_year', 'city'],
    'phone': ['phone'],
    'pattern_family': ['phone_pattern', 'family_sound'],
    'pattern_city': ['phone_pattern', 'city'],
    'email': ['email'],
    'email_user': ['email_user'],
    'email_family': ['email_user', 'family_sound'],
    'email_given': ['email_user', 'given_sound'],
    'address': ['home_address'],
    'address_family': ['home_address', 'family_sound'],
    'address_given': ['home_address', 'given_sound'],
    'numbers_city': ['address_numbers', 'city', 'given_sound'],
    'unionid': ['unionid'],
    'id_number': ['id_number_hash'],
    'member_no': ['member_no'],
} %}

with

counted as (

    {% for key_type, columns in parts.items() -%}
    select
        '{{ key_type }}' as key_type,
        count(*) as row_count
    from {{ ref('int_identity__compared') }}
    where {{ columns | join(' is not null and ') }} is not null

    union all

    {% endfor -%}
    select
        'everybody' as key_type,
        case when count(*) <= max(policy.compare_all_up_to) then count(*) else 0 end as row_count
    from {{ ref('int_identity__compared') }}
    cross join {{ ref('identity_model') }} as policy

    union all

    select
        key_type,
        -count(*) as row_count
    from {{ ref('int_identity__block_keys') }}
    group by key_type

)

select key_type
from counted
group by key_type
having sum(row_count) <> 0
