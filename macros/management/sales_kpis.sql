{#- KPIs of sales: code, numerator and base, each a sum over int_management__sales; of a month as of a week. -#}
{% macro sales_kpis() -%}
    {{- return([
        ('revenue', 'revenue', 'null'),
        ('margin', 'margin', 'null'),
        ('margin_rate', 'margin', 'margin_base'),
        ('purchases', 'purchases', 'null'),
        ('order_value', 'purchase_amount', 'purchases'),
        ('online_share', 'online_amount', 'revenue'),
        ('new_customers', 'new_customers', 'null'),
    ]) -}}
{%- endmacro %}
