{#-
  Two records, or two groups of records, that cannot be one customer: an identifier that a customer has once differs.
  Null where nothing is known is no conflict.
-#}
{% macro identifier_conflict(a, b) -%}
    coalesce(
        {{ a }}.id_number_hash <> {{ b }}.id_number_hash
        or {{ a }}.credit_code <> {{ b }}.credit_code
        or {{ a }}.unionid <> {{ b }}.unionid,
        false
    )
{%- endmacro %}

{#- Details that speak against it, and that somebody may have mistyped: the gender differs, or the birth dates are more
    than one edit apart. -#}
{% macro detail_conflict(a, b) -%}
    coalesce(
        {{ a }}.gender <> {{ b }}.gender
        or {{ edit_distance('cast(' ~ a ~ '.birth_date as string)', 'cast(' ~ b ~ '.birth_date as string)') }} > 1
        or abs({{ a }}.birth_year - {{ b }}.birth_year) > 1 and ({{ a }}.birth_date is null or {{ b }}.birth_date is null),
        false
    )
{%- endmacro %}

{% macro identity_conflict(a, b) -%}
    ({{ identifier_conflict(a, b) }} or {{ detail_conflict(a, b) }})
{%- endmacro %}

{#- The same numbers (house, flat) and nearly the same words: one Chinese character (three bytes) or three letters off.
    Bytes on either engine: levenshtein counts them on DuckDB alone. -#}
{% macro is_close_address(a, b) -%}
    (
        length({{ a }}.home_address) >= 8
        and {{ regexp_replace_all(a ~ '.home_address', '[^0-9]', '') }}
        = {{ regexp_replace_all(b ~ '.home_address', '[^0-9]', '') }}
        and {{ edit_distance(a ~ '.home_address', b ~ '.home_address') }} <= 3
    )
{%- endmacro %}
