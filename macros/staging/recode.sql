{#-
  The code behind a source system's own word (seed source_codes); null for an empty field. A word that the list
  does not know is `unmapped`, or stays as it is where it is part of a key.
-#}
{% macro recode(x, list_code, keep_unknown=false) -%}
    {%- set codes -%}
(select map(list(term), list(code)) from {{ ref('source_codes') }} where list_code = '{{ list_code }}')
    {%- endset -%}
    {%- set unknown = "_w" if keep_unknown else "case when _w is not null then 'unmapped' end" -%}
    coalesce(({{ codes }})[lower({{ clean_text(x) }})], {{ bind(clean_text(x), '_w', unknown) }})
{%- endmacro %}

{#- Something stands in the field, and it could not be read. -#}
{% macro is_unreadable(x, parsed) -%}
    ({{ clean_text(x) }} is not null and {{ parsed }} is null)
{%- endmacro %}

{#- First day of a month written as 2026-01, 202601, 2026年1月 or as any of its days. -#}
{% macro parse_month(x) -%}
    {%- set month = '^([0-9]{4})[-/.年]([0-9]{1,2})月?$|^([0-9]{4})([0-9]{2})$' -%}
    cast(date_trunc('month', coalesce(
        {{ parse_date(x, var('time_zone')) }},
        {{ parse_date(regexp_replace_all(clean_text(x), month, '\\1\\3-\\2\\4-01'), var('time_zone')) }}
    )) as date)
{%- endmacro %}
