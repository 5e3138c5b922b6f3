{#- One row per whole number between two (both included). -#}
{% macro each_number(first, last) %}{{ return(adapter.dispatch('each_number')(first, last)) }}{% endmacro %}
{% macro default__each_number(first, last) -%}
    unnest(generate_series(cast({{ first }} as bigint), cast({{ last }} as bigint)))
{%- endmacro %}
{% macro spark__each_number(first, last) -%} explode(sequence({{ first }}, {{ last }})) {%- endmacro %}
