{#-
  Why core fields of a customer record are empty, as text: phone=not_provided,email=interface_error. `fields` are
  pairs of contract column and landed column. A word that stands for nothing says why (seed standard_terms); a
  value that stands there and cannot be used is told by the column's own *_reason.
-#}
{% macro missing_reasons(fields) -%}
    {%- set words -%}
(select {{ map_of('term', 'missing_reason') }} from {{ ref('standard_terms') }} where list_code = 'empty_text')
    {%- endset -%}
    {%- set body -%}
nullif(concat_ws(
        ','
        {%- for column, landed in fields %}
        , '{{ column }}=' || case when coalesce(trim({{ landed }}), '') = '' then 'not_provided' else _words[lower(trim({{ landed }}))] end

        {%- endfor %}
    ), '')
    {%- endset -%}
    {{- bind(words, '_words', body) -}}
{%- endmacro %}
