{#- A model's schema is the layer's plain name: BI reads marts.orders, not main_marts.orders. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
