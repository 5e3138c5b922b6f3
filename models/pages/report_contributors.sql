-- grain: one period, one KPI that is a sum, and one segment: how much of the change on last year comes from it

-- Contributions of a kind of segment add up to the change of the company. A segment that sold in one of the two periods
-- alone counts too. Where a festival moved last year is that of the same festival seasons.

with

periods as (

    select * from {{ ref('int_management__report_periods') }}
    where is_over

),

aligned as (

    select * from {{ ref('int_management__aligned_values') }}

),

figures as (

    select report_values.*
    from {{ ref('int_management__report_values') }} as report_values
    inner join {{ ref('kpi_catalog') }} as catalog
        on
            report_values.kpi = catalog.kpi
            and catalog.statistic = 'sum'

),

totals as (

    select
        periods.period_kind,
        periods.period,
        periods.period_start_on,
        periods.last_year_start_on,
        figures.kpi,
        aligned.value is not null as is_aligned,
        figures.value - coalesce(aligned.value, year_before.value) as change
    from periods
    inner join figures
        on
            periods.period_kind = figures.period_kind
            and periods.period_start_on = figures.period_start_on
            and figures.segment_kind = 'all'
    inner join figures as year_before
        on
            periods.period_kind = year_before.period_kind
            and periods.last_year_start_on = year_before.period_start_on
            and figures.kpi = year_before.kpi
            and year_before.segment_kind = 'all'
    left join aligned
        on
            periods.period_kind = aligned.period_kind
            and periods.period_start_on = aligned.period_start_on
            and figures.kpi = aligned.kpi
            and aligned.segment_kind = 'all'

),

parts as (

    select
        totals.period_kind,
        totals.period,
        totals.kpi,
        totals.change,
        segments.segment_kind,
        segments.segment,
        case when segments.period_start_on = totals.period_start_on then segments.value else 0 end as value,
        case
            when segments.period_start_on = totals.last_year_start_on and not totals.is_aligned then segments.value
            else 0
        end as last_year_value
    from totals
    inner join figures as segments
        on
            totals.period_kind = segments.period_kind
            and totals.kpi = segments.kpi
            and segments.period_start_on in (totals.period_start_on, totals.last_year_start_on)
            and segments.segment_kind <> 'all'

    union all

    select
        totals.period_kind,
        totals.period,
        totals.kpi,
        totals.change,
        aligned.segment_kind,
        aligned.segment,
        0 as value,
        aligned.value as last_year_value
    from totals
    inner join aligned
        on
            totals.period_kind = aligned.period_kind
            and totals.period_start_on = aligned.period_start_on
            and totals.kpi = aligned.kpi
            and aligned.segment_kind <> 'all'

),

contributed as (

    select
        period_kind,
        period,
        kpi,
        change,
        segment_kind,
        segment,
        {{ exact_sum('value') }} as value,
        {{ exact_sum('last_year_value') }} as last_year_value
    from parts
    group by period_kind, period, kpi, change, segment_kind, segment

),

final as (

    select
        cast(contributed.period_kind as string) as period_kind,
        cast(contributed.period as string) as period,
        cast(contributed.kpi as string) as kpi,
        cast(contributed.segment_kind as string) as segment_kind,
        cast(contributed.segment as string) as segment,
        {{ member_label('contributed.segment', 'labels.label_zh', 'zh') }} as segment_zh,
        {{ member_label('contributed.segment', 'labels.label_en', 'en') }} as segment_en,
        cast(contributed.value as double) as value,
        cast(contributed.last_year_value as double) as last_year_value,
        cast(contributed.value - contributed.last_year_value as double) as contribution,
        cast({{ signed_share('contributed.value - contributed.last_year_value', 'contributed.change') }} as double)
            as share_of_change,
        -- the first is the one that pulls hardest in the direction of the change
        cast(
            row_number() over (
                partition by contributed.period_kind, contributed.period, contributed.kpi, contributed.segment_kind
                order by
                    (contributed.value - contributed.last_year_value) * sign(contributed.change) desc nulls last,
                    contributed.segment asc
            ) as bigint
        ) as contribution_rank
    from contributed
    left join {{ ref('int_management__segment_labels') }} as labels
        on
            contributed.segment_kind = labels.segment_kind
            and contributed.segment = labels.segment

)

select * from final
