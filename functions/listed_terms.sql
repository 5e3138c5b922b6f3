{%- set terms = struct_of({
    'terms': "'␟' || string_agg(s.term, '␟') || '␟'",
    'ends': "string_agg(distinct right(s.term, 1), '')",
}) -%}
{#- All terms, each between ␟, and their last characters, which rule out nearly every value at once: two texts are cheap
    to hand into a lambda. -#}
(
    select {{ terms }}
    from {{ ref('standard_terms') }} as s
    where s.list_code = name_of_list
)
