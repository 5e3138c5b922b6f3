{#- A name is one if there is a time in it; an offset alone knows no summer time and is none. -#}
{%- set body -%}
case
    when _c = 'UTC' then _c
    when {{ regexp_like('_c', '^[A-Za-z]+(/[A-Za-z0-9_+-]+)+$') }}
        and {{ zone_to_utc("cast('2000-07-01 12:00:00' as timestamp)", '_c') }} is not null then _c
end
{%- endset -%}
{{- bind(function('squeeze') ~ '(text)', '_c', body) -}}
