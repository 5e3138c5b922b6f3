{#- Those of them that take any text and are published as it stands (seed open_vocabularies). -#}
{% macro open_fields() -%}
    {{ return(['district', 'income_band', 'job_level', 'decision_role']) }}
{%- endmacro %}

{#- The fields of the golden record: name, type, and how a customer record says it. -#}
{% macro golden_fields() -%}
    {{ return([
        ('name', 'varchar'),
        ('company_name', 'varchar'),
        ('phone', 'varchar'),
        ('email', 'varchar'),
        ('unionid', 'varchar'),
        ('member_no', 'varchar'),
        ('credit_code', 'varchar'),
        ('birth_date', 'date'),
        ('birth_year', 'integer'),
        ('gender', 'varchar'),
        ('province_code', 'varchar'),
        ('city_code', 'varchar'),
        ('district', 'varchar'),
        ('address', 'varchar'),
        ('country', 'varchar'),
        ('industry_code', 'varchar'),
        ('employees', 'integer'),
        ('annual_revenue', 'decimal(18,2)'),
        ('founded_on', 'date'),
        ('income_band', 'varchar'),
        ('job_title', 'varchar'),
        ('job_level', 'varchar'),
        ('decision_role', 'varchar'),
        ('account_owner', 'varchar'),
    ]) }}
{%- endmacro %}
