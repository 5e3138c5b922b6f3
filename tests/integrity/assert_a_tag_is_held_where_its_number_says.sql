-- Who has the number that a simple tag asks for holds the tag; of today, and of tags that read numbers.

{% set features = ref('int_tags__features') -%}
{% set rules = ref('int_tags__rules') -%}
{% set held = ref('int_tags__held') -%}
with

{{ feature_value_ctes('(select * from ' ~ features ~ ' where not is_review)', 'subject_key') }},

expected as (

    select
        numbers.subject_key,
        rules.tag_code
    from number_values as numbers
    inner join {{ rules }} as rules
        on
            numbers.feature = rules.feature
            and not rules.is_text
            and (
                numbers.number_value > rules.number_from
                or (rules.includes_from and numbers.number_value = rules.number_from)
            )
            and (
                numbers.number_value < rules.number_to
                or (rules.includes_to and numbers.number_value = rules.number_to)
            )

)

select expected.tag_code
from expected
left join {{ held }} as held
    on
        expected.subject_key = held.subject_key
        and expected.tag_code = held.tag_code
        and not held.is_review
where held.tag_code is null
