-- grain: one KPI of sales in one month for one segment (`all`: the company), with its numerator and base

with

months as (

    select * from {{ ref('int_management__months') }}

),

sold as (

    {{ sales_by_segment('month_start_on') }}

),

grown_months as (

    -- whose last year is known, in the same festival seasons where one moved
    select
        months.month_start_on,
        months.year_before_on,
        shifts.shift_status
    from months
    inner join {{ ref('int_management__festival_shifts') }} as shifts
        on
            shifts.period_kind = 'month'
            and months.month_start_on = shifts.period_start_on
            and shifts.shift_status in ('unmoved', 'aligned')
    where months.is_complete

),

last_year as (

    select
        grown_months.month_start_on,
        aligned.segment_kind,
        aligned.segment,
        aligned.value as revenue
    from grown_months
    inner join {{ ref('int_management__aligned_values') }} as aligned
        on
            grown_months.shift_status = 'aligned'
            and aligned.period_kind = 'month'
            and grown_months.month_start_on = aligned.period_start_on
            and aligned.kpi = 'revenue'

    union all

    select
        grown_months.month_start_on,
        sold.segment_kind,
        sold.segment,
        cast(sold.revenue as double) as revenue
    from grown_months
    inner join sold
        on
            grown_months.shift_status = 'unmoved'
            and grown_months.year_before_on = sold.month_start_on

),

compared as (

    select
        sold.month_start_on,
        sold.segment_kind,
        sold.segment,
        cast(sold.revenue as double) as revenue,
        cast(0 as double) as last_revenue
    from sold
    where sold.month_start_on in (select grown_months.month_start_on from grown_months)

    union all

    select
        last_year.month_start_on,
        last_year.segment_kind,
        last_year.segment,
        cast(0 as double) as revenue,
        last_year.revenue as last_revenue
    from last_year

),

growth as (

    -- a segment that sold in one of the two alone counts too
    select
        month_start_on,
        segment_kind,
        segment,
        {{ exact_sum('revenue - last_revenue') }} as numerator,
        {{ exact_sum('last_revenue') }} as base
    from compared
    group by month_start_on, segment_kind, segment

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
