{#- What stands in every mart for nothing known. -#}
{% macro unknown_label(language) -%} '{{ {'zh': '未知', 'en': 'Unknown'}[language] }}' {%- endmacro %}

{#- Label of a member of a dimension: its own, what stands for nothing known, else the code itself. -#}
{% macro member_label(member, label, language) -%}
    cast(
        case {{ member }}
            when 'unknown' then {{ unknown_label(language) }} else coalesce({{ label }}, {{ member }})
        end as string
    )
{%- endmacro %}
