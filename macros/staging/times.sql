{#- A column that is declared UTC, in the data set's zone: a time that does not say so itself is UTC all the same. -#}
{% macro parse_utc(x) -%}
    {{ parse_timestamp(x, var('time_zone'), utc=true) }}
{%- endmacro %}
