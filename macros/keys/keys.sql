{#- Readable keys: a source system's own number under the system's name. -#}

{% macro order_key(source_system, source_order_id) -%}
    {{ source_system }} || ':' || {{ source_order_id }}
{%- endmacro %}

{% macro product_key(source_system, source_product_id) -%}
    {{ source_system }} || ':' || {{ source_product_id }}
{%- endmacro %}

{#- One record of a customer in a source system. Its number may be personal (a dealer's customer is name and
    telephone): where there is personal data the key is a keyed hash. -#}
{% macro customer_record_key(source_system, source_customer_id) -%}
    {%- if var('personal_data') == 'none' -%}
    {{ source_system }} || ':' || {{ source_customer_id }}
    {%- else -%}
    {{ source_system }} || ':' || left({{ function('keyed_hash') }}({{ source_system }} || '|' || {{ source_customer_id }}), 24)
    {%- endif -%}
{%- endmacro %}

{% macro campaign_key(source_system, campaign_code) -%}
    {{ source_system }} || ':' || {{ campaign_code }}
{%- endmacro %}
