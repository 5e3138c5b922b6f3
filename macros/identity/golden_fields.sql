{#- Those of them that take any text and are published as it stands (seed open_vocabularies). -#}
{% macro open_fields() -%}
    {{ return(['district', 'income_band', 'job_level', 'decision_role']) }}
{%- endmacro %}

{#- The fields of the golden record: name, type, and how a customer record says it. -#}
{% macro golden_fields() -%}
    {{ return([
        ('name', 'string'),
        ('company_name', 'string'),
        ('phone', 'string'),
        ('email', 'string'),
        ('unionid', 'string'),
        ('member_no', 'string'),
        ('credit_code', 'string'),
        ('birth_date', 'date'),
        ('birth_year', 'integer'),
        ('gender', 'string'),
        ('province_code', 'string'),
        ('city_code', 'string'),
        ('district', 'string'),
        ('address', 'string'),
        ('country', 'string'),
        ('industry_code', 'string'),
        ('employees', 'integer'),
        ('annual_revenue', 'decimal(18,2)'),
        ('founded_on', 'date'),
        ('income_band', 'string'),
        ('job_title', 'string'),
        ('job_level', 'string'),
        ('decision_role', 'string'),
        ('account_owner', 'string'),
    ]) }}
{%- endmacro %}
