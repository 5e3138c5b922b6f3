{% macro identifier_text(x) -%}
{{ regexp_replace_all('upper(' ~ fold_width(x) ~ ')', "[ ''.:_-]", '') }}
{%- endmacro %}


{% macro credit_code_verdict(x) %}
    {#- Unified social credit code, GB 32100-2015: 31 characters without I, O, S, V, Z; the last is a check character,
        31 - (sum of value x 3^(i-1) mod 31) mod 31. -#}
    {%- set alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY' -%}
    {%- set terms = [] -%}
    {%- for i in range(1, 18) -%}
        {%- do terms.append("(strpos('" ~ alphabet ~ "', substr(_c.code, " ~ i ~ ", 1)) - 1) * " ~ (3 ** (i - 1)) % 31) -%}
    {%- endfor -%}
    {%- set body -%}
case
    when _c.code is null or _c.code = '' or {{ is_listed('_c.empty_texts', 'lower(_c.code)') }} then '!missing'
    when not {{ regexp_like('_c.code', '^[0-9A-Z]*$') }} then '!invalid_characters'
    when length(_c.code) <> 18 then '!invalid_length'
    when not {{ regexp_like('_c.code', '^[0-9A-HJ-NP-RTUWXY]{2}[0-9]{6}[0-9A-HJ-NP-RTUWXY]{10}$') }} then '!invalid_characters'
    when length(replace(_c.code, substr(_c.code, 18, 1), '')) = 0 then '!placeholder'
    when strpos('{{ alphabet }}', substr(_c.code, 18, 1)) - 1 <> (31 - ({{ terms | join(' + ') }}) % 31) % 31
        then '!invalid_check_digit'
    else _c.code
end
    {%- endset -%}
    {{- bind("{'code': " ~ identifier_text(x) ~ ", 'empty_texts': " ~ standard_terms('empty_text') ~ "}", '_c', body) -}}
{% endmacro %}


{% macro credit_code(x, parsed=false) %}
    {{- verdict_value(x if parsed else credit_code_verdict(x)) -}}
{% endmacro %}


{% macro credit_code_reason(x, parsed=false) %}
    {#- missing, invalid_characters, invalid_length, invalid_check_digit, placeholder -#}
    {{- verdict_reason(x if parsed else credit_code_verdict(x)) -}}
{% endmacro %}


{% macro id_number_verdict(x, as_of=none) %}
    {#- Chinese ID number, GB 11643-1999: 6 digits region, 8 birth date, 3 sequence (odd: male), 1 check character by
        ISO 7064 mod 11-2. The old 15-digit form gets the century 19 and its check character, so that both forms of one
        number are one value. Never select this: models keep id_number_hash(). -#}
    {%- set weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] -%}
    {%- set terms = [] -%}
    {%- for weight in weights -%}
        {%- do terms.append('cast(substr(_b, ' ~ loop.index ~ ', 1) as integer) * ' ~ weight) -%}
    {%- endfor -%}
    {%- set checked -%}
case
    when try_cast(substr(_b, 7, 4) || '-' || substr(_b, 11, 2) || '-' || substr(_b, 13, 2) as date) is null
        or substr(_b, 7, 4) < '1900'
        {%- if as_of is not none %}
        or substr(_b, 7, 8) > _i.as_of
        {%- endif %}
        then '!invalid_date'
    else {{ bind("substr('10X98765432', 1 + (" ~ terms | join(' + ') ~ ") % 11, 1)", '_k', "case when substr(_b, 18) in ('', _k) then substr(_b, 1, 17) || _k else '!invalid_check_digit' end") }}
end
    {%- endset -%}
    {%- set body -%}
case
    when _i.code is null or _i.code = '' or {{ is_listed('_i.empty_texts', 'lower(_i.code)') }} then '!missing'
    when {{ regexp_like('_i.code', '^[0-9]{1,14}[*X]{2,}[0-9X]*$') }} then '!masked'
    when not {{ regexp_like('_i.code', '^[0-9]*X?$') }} then '!invalid_characters'
    when {{ regexp_like('_i.code', '^[1-9][0-9]{16}[0-9X]$') }} then {{ bind('_i.code', '_b', checked) }}
    when {{ regexp_like('_i.code', '^[1-9][0-9]{14}$') }}
        then {{ bind("substr(_i.code, 1, 6) || '19' || substr(_i.code, 7)", '_b', checked) }}
    else '!invalid_length'
end
    {%- endset -%}
    {%- set parts -%}
{
    'code': {{ identifier_text(x) }},
    'empty_texts': {{ standard_terms('empty_text') }}
    {%- if as_of is not none %},
    'as_of': replace(substr(cast({{ as_of }} as varchar), 1, 10), '-', '')
    {%- endif %}
}
    {%- endset -%}
    {{- bind(parts, '_i', body) -}}
{% endmacro %}


{% macro id_number_valid(x, as_of=none, parsed=false) %}
    {#- Null where there is no number at all. -#}
    {{- bind(x if parsed else id_number_verdict(x, as_of), '_v', "case when _v <> '!missing' then not starts_with(_v, '!') end") -}}
{% endmacro %}


{% macro id_number_reason(x, as_of=none, parsed=false) %}
    {#- missing, masked, invalid_characters, invalid_length, invalid_date, invalid_check_digit -#}
    {{- verdict_reason(x if parsed else id_number_verdict(x, as_of)) -}}
{% endmacro %}


{% macro id_number_birth_date(x, as_of=none, parsed=false) %}
    {%- set body -%}
case
    when not starts_with(_v, '!')
        then cast(substr(_v, 7, 4) || '-' || substr(_v, 11, 2) || '-' || substr(_v, 13, 2) as date)
end
    {%- endset -%}
    {{- bind(x if parsed else id_number_verdict(x, as_of), '_v', body) -}}
{% endmacro %}


{% macro id_number_sex(x, as_of=none, parsed=false) %}
    {%- set body -%}
case
    when starts_with(_v, '!') then null
    when cast(substr(_v, 17, 1) as integer) % 2 = 1 then 'male'
    else 'female'
end
    {%- endset -%}
    {{- bind(x if parsed else id_number_verdict(x, as_of), '_v', body) -}}
{% endmacro %}


{% macro id_number_hash(x, as_of=none, parsed=false) %}
    {{- keyed_hash(verdict_value(x if parsed else id_number_verdict(x, as_of))) -}}
{% endmacro %}
