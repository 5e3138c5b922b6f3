-- grain: one KPI of sales in one month or quarter and one segment (`all`: the company), as last year's seasons had it

-- Of periods in which a festival's season moved: the days of last year that stand in the same place relative to it.
-- Buyers are told apart over all days, so they are known where each day of last year counts once.

with

daily as (

    {{ sales_by_segment('ordered_on') }}

),

days as (

    select
        shifts.period_kind,
        shifts.period_start_on,
        days.compared_on,
        {{ exact_sum('days.weight') }} as weight
    from {{ ref('int_management__festival_shifts') }} as shifts
    inner join {{ ref('int_management__report_periods') }} as periods
        on
            shifts.period_kind = periods.period_kind
            and shifts.period_start_on = periods.period_start_on
    inner join {{ ref('int_management__aligned_days') }} as days
        on days.date_on between periods.period_start_on and periods.period_end_on
    where shifts.shift_status = 'aligned'
    group by shifts.period_kind, shifts.period_start_on, days.compared_on

),

sold as (

    select
        days.period_kind,
        days.period_start_on,
        daily.segment_kind,
        {%- for measure in sales_measures() %}
        {{ exact_sum('days.weight * daily.' ~ measure) }} as {{ measure }},
        {%- endfor %}
        daily.segment
    from days
    inner join daily
        on days.compared_on = daily.ordered_on
    group by days.period_kind, days.period_start_on, daily.segment_kind, daily.segment

),

bought as (

    select
        days.period_kind,
        days.period_start_on,
        count(distinct orders.customer_number) as buyers
    from days
    inner join {{ ref('int_orders__as_of') }} as orders
        on
            days.compared_on = orders.ordered_on
            and orders.is_purchase
            and orders.is_known_customer
    where days.period_kind = 'month'
    group by days.period_kind, days.period_start_on
    having
        min(days.weight) = 1
        and max(days.weight) = 1

),

measured as (

    {%- for kpi, numerator, base in sales_kpis() %}
    select
        '{{ kpi }}' as kpi,
        period_kind,
        period_start_on,
        segment_kind,
        segment,
        cast({{ numerator }} as double) as numerator,
        cast({{ base }} as double) as base
    from sold

    union all
    {% endfor %}
    select
        'buyers' as kpi,
        period_kind,
        period_start_on,
        'all' as segment_kind,
        'all' as segment,
        cast(buyers as double) as numerator,
        cast(null as double) as base
    from bought

),

final as (

    select
        measured.period_kind,
        measured.period_start_on,
        measured.kpi,
        measured.segment_kind,
        measured.segment,
        case catalog.statistic
            when 'sum' then measured.numerator
            else catalog.scale * measured.numerator / nullif(measured.base, 0)
        end as value
    from measured
    inner join {{ ref('kpi_catalog') }} as catalog
        on measured.kpi = catalog.kpi

)

select * from final
