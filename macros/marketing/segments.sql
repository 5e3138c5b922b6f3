{#- Label of a member of a dimension: its own, what stands for nothing known, else the code itself. -#}
{% macro member_label(member, label, language) -%}
    cast(
        case {{ member }}
            when 'unknown' then '{{ '未知' if language == 'zh' else 'Unknown' }}' else coalesce({{ label }}, {{ member }})
        end as varchar
    )
{%- endmacro %}
