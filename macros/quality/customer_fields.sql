{#- Columns of input__customers that policy may name as core field or as field to audit. -#}
{% macro customer_fields() %}
    {{ return([
        'name', 'company_name', 'phone', 'email', 'credit_code', 'birth_date', 'gender', 'province_code', 'city_code',
        'district', 'address', 'country', 'industry_code', 'income_band', 'job_title',
    ]) }}
{% endmacro %}

{#- Whether the column of `relation` that `field` names holds a value; an unmapped word is none. -#}
{% macro is_field_filled(field, relation) -%}
    coalesce(
        case {{ field }}
            {%- for column in customer_fields() %}
            when '{{ column }}' then cast({{ relation }}.{{ column }} as string)
            {%- endfor %}
        end,
        'unmapped'
    ) <> 'unmapped'
{%- endmacro %}
