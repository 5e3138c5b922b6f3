{#- Readable keys: a source system's own number under the system's name. -#}

{% macro order_key(source_system, source_order_id) -%}
    {{ source_system }} || ':' || {{ source_order_id }}
{%- endmacro %}

{% macro product_key(source_system, source_product_id) -%}
    {{ source_system }} || ':' || {{ source_product_id }}
{%- endmacro %}
