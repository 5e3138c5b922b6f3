{#- KPIs of sales: code, numerator and base, each one of sales_sums; of a month as of a week. -#}
{% macro sales_kpis() -%}
    {{- return([
        ('revenue', 'revenue', 'null'),
        ('margin', 'margin', 'null'),
        ('margin_rate', 'margin', 'revenue'),
        ('purchases', 'purchases', 'null'),
        ('order_value', 'purchase_amount', 'purchases'),
        ('online_share', 'online_amount', 'revenue'),
        ('new_customers', 'new_customers', 'null'),
    ]) -}}
{%- endmacro %}
{#- What they are made of, over int_orders__as_of. -#}
{% macro sales_sums() -%}
    sum(net_amount) as revenue,
    sum(margin_amount) as margin,
    sum({{ var('measures').purchases }}) as purchases,
    sum({{ var('measures').purchase_amount }}) as purchase_amount,
    sum(case when is_online then net_amount else 0 end) as online_amount,
    count(case when is_first_purchase then 1 end) as new_customers
{%- endmacro %}
{#- The columns of sales_sums. -#}
{% macro sales_measures() -%}
    {{- return(['revenue', 'purchases', 'purchase_amount', 'margin', 'online_amount', 'new_customers']) -}}
{%- endmacro %}
{#- Their sums by one date column of int_management__sales for each kind of segment; `all` is the company. -#}
{% macro sales_by_segment(date_column) -%}
    {%- for kind in ['all', 'region', 'channel', 'customer_group', 'value_tier'] %}
    {%- set column = "'all'" if kind == 'all' else kind %}
    select
        {{ date_column }},
        '{{ kind }}' as segment_kind,
        {%- for measure in sales_measures() %}
        sum({{ measure }}) as {{ measure }},
        {%- endfor %}
        {{ column }} as segment
    from {{ ref('int_management__sales') }}
    group by {{ date_column }}{{ ', ' ~ column if kind != 'all' }}
    {{ "union all" if not loop.last }}
    {%- endfor %}
{%- endmacro %}
