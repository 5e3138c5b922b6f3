{#- KPIs of sales: code, numerator and base, each one of sales_sums; of a month as of a week. -#}
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
{#- What they are made of, over int_orders__as_of. The margin is known of known customers alone: `margin_base` is the net
    amount it is the margin of. -#}
{% macro sales_sums() -%}
    sum(net_amount) as revenue,
    sum(case when is_known_customer then margin_amount else 0 end) as margin,
    sum(case when is_known_customer then net_amount else 0 end) as margin_base,
    sum({{ var('measures').purchases }}) as purchases,
    sum({{ var('measures').purchase_amount }}) as purchase_amount,
    sum(case when is_online then net_amount else 0 end) as online_amount,
    count(case when is_first_purchase then 1 end) as new_customers
{%- endmacro %}
