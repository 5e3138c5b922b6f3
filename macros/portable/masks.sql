{#- What may leave the warehouse of a personal value. -#}

{#- 王**, m***. -#}
{% macro mask_name(name) -%}
    left({{ name }}, 1) || case when {{ regexp_like(name, '^[a-z]') }} then '***' else '**' end
{%- endmacro %}

{#- +86138****1234. -#}
{% macro mask_phone(phone) -%}
    left({{ phone }}, 6) || '****' || right({{ phone }}, 4)
{%- endmacro %}

{#- z***@foxmail.com. -#}
{% macro mask_email(email) -%}
    left({{ email }}, 1) || '***@' || split_part({{ email }}, '@', 2)
{%- endmacro %}

{#- Any other value: its first two characters. -#}
{% macro mask_text(value) -%}
    left({{ value }}, 2) || '***'
{%- endmacro %}
