-- grain: one KPI of sales in one month for one segment (`all`: the company), with its numerator and base

{%- set kinds = ['all', 'region', 'channel', 'customer_group', 'value_tier'] %}
{%- set measures = [
    'revenue', 'purchases', 'purchase_amount', 'margin', 'online_amount', 'new_customers',
] %}

with

months as (

    select * from {{ ref('int_management__months') }}

),

sales as (

    select
        *,
        'all' as everything
    from {{ ref('int_management__sales') }}

),

sold as (

    {%- for kind in kinds %}
    {%- set column = 'everything' if kind == 'all' else kind %}
    select
        month_start_on,
        '{{ kind }}' as segment_kind,
        {%- for measure in measures %}
        sum({{ measure }}) as {{ measure }},
        {%- endfor %}
        {{ column }} as segment
    from sales
    group by month_start_on, {{ column }}
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

first_month as (

    select min(month_start_on) as month_start_on from months

),

growth as (

    -- a segment that sold in one of the two months alone counts too
    select
        months.month_start_on,
        sold.segment_kind,
        sold.segment,
        sum(case when sold.month_start_on = months.month_start_on then sold.revenue else -sold.revenue end)
            as numerator,
        sum(case when sold.month_start_on = months.year_before_on then sold.revenue else 0 end) as base
    from months
    inner join first_month
        on months.year_before_on >= first_month.month_start_on
    inner join sold
        on
            months.month_start_on = sold.month_start_on
            or months.year_before_on = sold.month_start_on
    where months.is_complete
    group by months.month_start_on, sold.segment_kind, sold.segment

),

final as (

    {%- for kpi, numerator, base in sales_kpis() %}
    select
        '{{ kpi }}' as kpi,
        month_start_on,
        segment_kind,
        segment,
        cast({{ numerator }} as double) as numerator,
        cast({{ base }} as double) as base
    from sold

    union all
    {% endfor %}
    select
        'revenue_growth' as kpi,
        month_start_on,
        segment_kind,
        segment,
        cast(numerator as double) as numerator,
        cast(base as double) as base
    from growth

)

select * from final
