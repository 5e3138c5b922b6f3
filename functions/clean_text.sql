{#- Folded, trimmed, blanks collapsed; a text that only says that there is none is null. -#}
{%- set body -%}
case when {{ function('is_listed') }}(_p.empty_texts, lower(_p.text)) then null else _p.text end
{%- endset -%}
{%- set parts = struct_of({
    'text': function('squeeze') ~ '(text)',
    'empty_texts': function('listed_terms') ~ "('empty_text')",
}) -%}
{{- bind(parts, '_p', body) -}}
