-- grain: one KPI in one period that is over and one segment (`all`: the company)

-- A month has the figure of kpi_monthly. A quarter adds a sum up, pools a ratio (numerators ÷ bases of its months), or
-- takes what stood at its end, as report_kpis says; what does none of them is not shown of a quarter. A week has the
-- figures of its orders.

with

periods as (

    select * from {{ ref('int_management__report_periods') }}
    where is_over

),

kpis as (

    select
        catalog.kpi,
        catalog.statistic,
        catalog.scale,
        rules.quarter_rule
    from {{ ref('kpi_catalog') }} as catalog
    inner join {{ ref('report_kpis') }} as rules
        on catalog.kpi = rules.kpi

),

monthly as (

    select * from {{ ref('int_management__values') }}

),

pooled as (

    select
        periods.period_kind,
        periods.period_start_on,
        measures.kpi,
        measures.segment_kind,
        measures.segment,
        {{ exact_sum('measures.numerator') }} as numerator,
        {{ exact_sum('measures.base') }} as base
    from periods
    inner join {{ ref('int_management__measures') }} as measures
        on measures.month_start_on between periods.period_start_on and periods.period_end_on
    inner join kpis
        on
            measures.kpi = kpis.kpi
            and kpis.quarter_rule in ('sum', 'pooled')
    where periods.period_kind = 'quarter'
    group by
        periods.period_kind, periods.period_start_on, measures.kpi, measures.segment_kind, measures.segment

),

orders as (

    select
        *,
        customer_number as customer_id,
        cast(date_trunc('week', ordered_on) as date) as week_start_on
    from {{ ref('int_orders__as_of') }}

),

weekly as (

    select
        week_start_on,
        {{ sales_sums() }},
        count(distinct {{ var('measures').buyers }}) as buyers
    from orders
    group by week_start_on

),

weekly_measures as (

    {%- for kpi, numerator, base in sales_kpis() + [('buyers', 'buyers', 'null')] %}
    select
        '{{ kpi }}' as kpi,
        week_start_on as period_start_on,
        cast({{ numerator }} as double) as numerator,
        cast({{ base }} as double) as base
    from weekly
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

measured as (

    select
        periods.period_kind,
        periods.period_start_on,
        monthly.kpi,
        monthly.segment_kind,
        monthly.segment,
        monthly.numerator,
        monthly.base
    from periods
    inner join monthly
        on periods.period_start_on = monthly.month_start_on
    where periods.period_kind = 'month'

    union all

    select
        periods.period_kind,
        periods.period_start_on,
        monthly.kpi,
        monthly.segment_kind,
        monthly.segment,
        monthly.numerator,
        monthly.base
    from periods
    inner join monthly
        on date_trunc('month', periods.period_end_on) = monthly.month_start_on
    inner join kpis
        on
            monthly.kpi = kpis.kpi
            and kpis.quarter_rule = 'last'
    where periods.period_kind = 'quarter'

    union all

    select * from pooled

    union all

    select
        periods.period_kind,
        periods.period_start_on,
        weekly_measures.kpi,
        'all' as segment_kind,
        'all' as segment,
        weekly_measures.numerator,
        weekly_measures.base
    from periods
    inner join weekly_measures
        on periods.period_start_on = weekly_measures.period_start_on
    where periods.period_kind = 'week'

),

final as (

    select
        measured.period_kind,
        measured.period_start_on,
        measured.kpi,
        measured.segment_kind,
        measured.segment,
        measured.numerator,
        measured.base,
        case kpis.statistic
            when 'sum' then measured.numerator
            else kpis.scale * measured.numerator / nullif(measured.base, 0)
        end as value
    from measured
    inner join kpis
        on measured.kpi = kpis.kpi

)

select * from final
