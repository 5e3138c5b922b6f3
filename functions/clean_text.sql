{#- Folded, trimmed, blanks collapsed; a text that only says that there is none, once or several times, is null. -#}
{%- set body -%}
case
    when {{ function('is_listed') }}(_p.empty_texts, lower(_p.text))
        or {{ all_words_listed('lower(_p.text)', ['_p.empty_texts']) }}
        then null
    else _p.text
end
{%- endset -%}
{%- set parts = struct_of({
    'text': function('squeeze') ~ '(text)',
    'empty_texts': function('listed_terms') ~ "('empty_text')",
}) -%}
{{- bind(parts, '_p', body) -}}
