{#- Aggregate: texts joined in an order; null where there is none. -#}
{% macro joined_texts(text, separator, position) %}{{ return(adapter.dispatch('joined_texts')(text, separator, position)) }}{% endmacro %}
{% macro default__joined_texts(text, separator, position) -%}
    string_agg({{ text }}, '{{ separator }}' order by {{ position }})
{%- endmacro %}
