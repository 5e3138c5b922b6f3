{#- han, latin, mixed, other -#}
{%- set body -%}
case
    when _n is null then null
    when {{ regexp_like('_n', '^[ *·\\x{3007}\\x{3400}-\\x{9FFF}\\x{20000}-\\x{323AF}]+$') }} then 'han'
    when {{ regexp_like('_n', '^[ a-z]+$') }} then 'latin'
    when {{ regexp_like('_n', '[a-z]') }} and {{ regexp_like('_n', '[\\x{3400}-\\x{9FFF}]') }} then 'mixed'
    else 'other'
end
{%- endset -%}
{{- bind('name', '_n', body) -}}
