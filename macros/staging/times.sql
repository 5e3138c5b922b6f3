{#- A column that is declared UTC, in the data set's zone: a time that does not say so itself is UTC all the same. -#}
{% macro parse_utc(x) -%}
    {%- set text -%}
        case
            when
                {{ regexp_like(x, ':[0-9]{2}([.][0-9]+)?$') }}
                and not {{ regexp_like(x, '[+-][0-9]{2}:?[0-9]{2}$') }}
                then {{ x }} || 'Z'
            else {{ x }}
        end
    {%- endset -%}
    {{ parse_timestamp(text, var('time_zone')) }}
{%- endmacro %}
