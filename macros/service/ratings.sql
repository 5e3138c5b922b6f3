{#- A rating on a scale of 1 to 5: other scales begin at 0 and are drawn onto it (SPEC 13.14). -#}
{% macro rating_of_5(score, scale_max) -%}
    case when {{ scale_max }} = 5 then {{ score }} else 1 + 4 * {{ score }} / nullif({{ scale_max }}, 0) end
{%- endmacro %}

{#- An answer to the NPS question on its scale of 0 to 10: other scales begin at 0 as well. -#}
{% macro nps_of_10(score, scale_max) -%}
    case when {{ scale_max }} = 10 then {{ score }} else {{ score }} * 10 / nullif({{ scale_max }}, 0) end
{%- endmacro %}
