{#- Aggregate: texts joined in an order; null where there is none. -#}
{% macro joined_texts(text, separator, position) %}{{ return(adapter.dispatch('joined_texts')(text, separator, position)) }}{% endmacro %}
{% macro default__joined_texts(text, separator, position) -%}
    string_agg({{ text }}, '{{ separator }}' order by {{ position }})
{%- endmacro %}

{#- A whole number as people read it, in thousands. -#}
{% macro grouped_number(x) %}{{ return(adapter.dispatch('grouped_number')(x)) }}{% endmacro %}
{% macro default__grouped_number(x) -%} format('{:,}', cast({{ x }} as bigint)) {%- endmacro %}
{% macro spark__grouped_number(x) -%} format_number({{ x }}, 0) {%- endmacro %}
