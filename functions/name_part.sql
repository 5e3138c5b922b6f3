{#- A first or a last name as landed. A word that says that there is none is none, unless people bear it (Null, Na):
    beside another part it is a name. -#}
{%- set body -%}
case
    when {{ function('is_listed') }}(_p.empty_texts, lower(_p.text))
        and not {{ function('is_listed') }}(_p.borne, lower(_p.text))
        then null
    else _p.text
end
{%- endset -%}
{%- set parts = struct_of({
    'text': function('squeeze') ~ '(text)',
    'empty_texts': function('listed_terms') ~ "('empty_text')",
    'borne': function('listed_terms') ~ "('borne_name')",
}) -%}
{{- bind(parts, '_p', body) -}}
