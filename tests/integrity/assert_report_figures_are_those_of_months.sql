-- A report says what kpi_monthly says: its month is that month, sums of a quarter are those of its months, and the
-- weeks of the data hold the orders of their days; what segments contribute is the change of the company.

with

months as (

    select
        cast(date_trunc('quarter', months.month_start_on) as date) as quarter_start_on,
        rules.quarter_rule,
        months.kpi,
        months.month_start_on,
        months.value
    from {{ ref('kpi_monthly') }} as months
    inner join {{ ref('report_kpis') }} as rules
        on months.kpi = rules.kpi
    where months.is_complete

),

quarters as (

    select
        kpi,
        quarter_start_on,
        sum(value) as value
    from months
    where quarter_rule = 'sum'
    group by kpi, quarter_start_on

),

figures as (

    select * from {{ ref('report_figures') }}

),

weeks as (

    select
        min(period_start_on) as first_on,
        max(period_end_on) as last_on,
        sum(value) as value
    from figures
    where
        period_kind = 'week'
        and kpi = 'revenue'

),

sales as (

    select
        weeks.first_on,
        max(weeks.value) as found,
        sum(sales.net_amount) as expected
    from weeks
    inner join {{ ref('int_orders__as_of') }} as sales
        on sales.ordered_on between weeks.first_on and weeks.last_on
    group by weeks.first_on

),

contributions as (

    select
        period_kind,
        period,
        kpi,
        segment_kind,
        sum(contribution) as contribution
    from {{ ref('report_contributors') }}
    group by period_kind, period, kpi, segment_kind

),

compared as (

    select
        'month ' || months.kpi as what,
        months.month_start_on as from_on,
        figures.value as found,
        months.value as expected
    from months
    left join figures
        on
            figures.period_kind = 'month'
            and months.kpi = figures.kpi
            and months.month_start_on = figures.period_start_on

    union all

    select
        'quarter ' || figures.kpi as what,
        figures.period_start_on as from_on,
        figures.value as found,
        quarters.value as expected
    from figures
    inner join quarters
        on
            figures.period_kind = 'quarter'
            and figures.kpi = quarters.kpi
            and figures.period_start_on = quarters.quarter_start_on

    union all

    select
        'weeks' as what,
        first_on as from_on,
        found,
        expected
    from sales

    union all

    select
        contributions.period || ' ' || contributions.kpi || ' ' || contributions.segment_kind as what,
        null as from_on,
        contributions.contribution as found,
        coalesce(figures.change_on_last_year_aligned, figures.change_on_last_year) as expected
    from contributions
    left join figures
        on
            contributions.period_kind = figures.period_kind
            and contributions.period = figures.period
            and contributions.kpi = figures.kpi
    -- a customer is one buyer of the company and of every segment; other sums belong to one segment each
    where contributions.kpi <> 'buyers'

)

select * from compared
where
    (found is null) <> (expected is null)
    or abs(found - expected) > 1e-6 * greatest(abs(expected), 1)
