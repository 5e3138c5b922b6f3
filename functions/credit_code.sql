{#- Unified social credit code, GB 32100-2015: 31 characters without I, O, S, V, Z; the last is a check character,
    31 - (sum of value x 3^(i-1) mod 31) mod 31. -#}
{%- set alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY' -%}
{%- set terms = [] -%}
{%- for i in range(1, 18) -%}
    {%- do terms.append("(instr('" ~ alphabet ~ "', substr(_c.code, " ~ i ~ ", 1)) - 1) * " ~ (3 ** (i - 1)) % 31) -%}
{%- endfor -%}
{%- set body -%}
case
    when _c.code is null or _c.code = '' or {{ function('is_listed') }}(_c.empty_texts, lower(_c.code)) then '!missing'
    when not {{ regexp_like('_c.code', '^[0-9A-Z]*$') }} then '!invalid_characters'
    when length(_c.code) <> 18 then '!invalid_length'
    when not {{ regexp_like('_c.code', '^[0-9A-HJ-NP-RTUWXY]{2}[0-9]{6}[0-9A-HJ-NP-RTUWXY]{10}$') }} then '!invalid_characters'
    when length(replace(_c.code, substr(_c.code, 18, 1), '')) = 0 then '!placeholder'
    when instr('{{ alphabet }}', substr(_c.code, 18, 1)) - 1 <> (31 - ({{ terms | join(' + ') }}) % 31) % 31
        then '!invalid_check_digit'
    else _c.code
end
{%- endset -%}
{%- set parts = struct_of({
    'code': function('identifier_text') ~ '(text)',
    'empty_texts': function('listed_terms') ~ "('empty_text')",
}) -%}
{%- set answer = struct_of({
    'code': "case when left(_v, 1) <> '!' then _v end",
    'reason': "case when left(_v, 1) = '!' then substr(_v, 2) end",
}) -%}
{{- bind(bind(parts, '_c', body), '_v', answer) -}}
