{%- set letters = '[^a-z·\\x{3007}\\x{3040}-\\x{30FF}\\x{3400}-\\x{9FFF}\\x{AC00}-\\x{D7AF}\\x{0400}-\\x{04FF}\\x{20000}-\\x{323AF}]+' -%}
{%- set plain -%}
case when {{ regexp_like('_c', '[\\x{00C0}-\\x{024F}]') }} then {{ strip_accents('lower(_c)') }} else lower(_c) end
{%- endset -%}
{%- set body -%}
case
    when {{ regexp_like('_c', '^[*\\x{3007}\\x{3400}-\\x{9FFF}]*$') }} then _c
    else trim(both ' ·' from {{ regexp_replace_all(regexp_replace_all(plain, "[.'']", ''), letters, ' ') }})
end
{%- endset -%}
{{- bind('name', '_c', body) -}}
