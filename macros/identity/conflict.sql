{#-
  Two records, or two groups of records, that cannot be one customer: an identifier that a customer has once differs,
  the gender differs, or the birth dates are more than one edit apart. Null where nothing is known is no conflict.
-#}
{% macro identity_conflict(a, b) -%}
    coalesce(
        {{ a }}.id_number_hash <> {{ b }}.id_number_hash
        or {{ a }}.credit_code <> {{ b }}.credit_code
        or {{ a }}.unionid <> {{ b }}.unionid
        or {{ a }}.gender <> {{ b }}.gender
        or levenshtein(cast({{ a }}.birth_date as varchar), cast({{ b }}.birth_date as varchar)) > 1
        or abs({{ a }}.birth_year - {{ b }}.birth_year) > 1 and ({{ a }}.birth_date is null or {{ b }}.birth_date is null),
        false
    )
{%- endmacro %}
