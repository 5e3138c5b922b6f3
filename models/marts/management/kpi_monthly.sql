-- grain: one month and one KPI of the catalogue

-- Every KPI has a row in every month; what was not measured has no value and says so. The baseline is frozen by
-- policy: the mean month of a sum, the ratio over all its months. Contributors are those of the first alert, else of
-- the target. A reference of another industry, unit, basis or scale is named and not set beside the figure.

with

months as (

    select * from {{ ref('int_management__months') }}

),

catalog as (

    select * from {{ ref('kpi_catalog') }}

),

figures as (

    select * from {{ ref('int_management__values') }}
    where segment_kind = 'all'

),

baselines as (

    select
        measures.kpi,
        case catalog.statistic
            when 'sum' then {{ exact_mean('measures.numerator') }}
            else catalog.scale * {{ exact_sum('measures.numerator') }} / nullif({{ exact_sum('measures.base') }}, 0)
        end as baseline_value
    from {{ ref('int_management__measures') }} as measures
    inner join catalog
        on measures.kpi = catalog.kpi
    inner join {{ ref('management_policy') }} as policy
        on measures.month_start_on between policy.baseline_from_on and policy.baseline_to_on
    inner join months
        on
            measures.month_start_on = months.month_start_on
            and months.is_complete
    where measures.segment_kind = 'all'
    group by measures.kpi, catalog.statistic, catalog.scale

),

dated_references as (

    select
        months.month_start_on,
        benchmarks.kpi,
        benchmarks.reference,
        benchmarks.figure,
        benchmarks.source,
        benchmarks.reference_status,
        row_number() over (
            partition by months.month_start_on, benchmarks.kpi, benchmarks.reference
            order by benchmarks.valid_from_on desc nulls last
        ) as recency
    from {{ ref('int_management__kpi_references') }} as benchmarks
    inner join months
        on benchmarks.valid_from_on <= months.month_start_on

),

-- what the company's figure usually is, so that one month does not decide on the scale of a reference
usual as (

    select
        figures.kpi,
        percentile_cont(0.5) within group (order by figures.value) as value
    from figures
    inner join months
        on
            figures.month_start_on = months.month_start_on
            and months.is_complete
    group by figures.kpi

),

benchmarks as (

    -- the latest that has begun
    select
        {%- for reference in ['target', 'field_average', 'leader'] %}
        max(case when reference = '{{ reference }}' then figure end) as {{ reference }},
        max(case when reference = '{{ reference }}' then source end) as {{ reference }}_source,
        max(case when reference = '{{ reference }}' then reference_status end) as {{ reference }}_declared,
        {%- endfor %}
        month_start_on,
        kpi
    from dated_references
    where recency = 1
    group by month_start_on, kpi

),

judged as (

    select
        {%- for reference in ['field_average', 'leader'] %}
        benchmarks.{{ reference }} as stated_{{ reference }},
        case
            when
                benchmarks.{{ reference }}_declared = 'comparable'
                and {{ is_other_scale(
                    'catalog.unit', 'benchmarks.' ~ reference, 'usual.value', 'policy.reference_scale_limit'
                ) }}
                then 'other_scale'
            else benchmarks.{{ reference }}_declared
        end as {{ reference }}_status,
        {%- endfor %}
        benchmarks.month_start_on,
        benchmarks.kpi,
        benchmarks.target_source,
        benchmarks.field_average_source,
        benchmarks.leader_source,
        case when benchmarks.target_declared = 'comparable' then benchmarks.target end as target
    from benchmarks
    inner join catalog
        on benchmarks.kpi = catalog.kpi
    cross join {{ ref('management_policy') }} as policy
    left join usual
        on benchmarks.kpi = usual.kpi

),

reasons as (

    select
        deviations.kpi,
        deviations.month_start_on,
        deviations.reason,
        deviations.is_alert,
        contributors.top_contributors_zh,
        contributors.top_contributors_en,
        labels.priority,
        labels.label_zh,
        labels.label_en,
        row_number() over (
            partition by deviations.kpi, deviations.month_start_on
            order by
                case
                    when deviations.is_alert then 0
                    when deviations.reason = 'target' then 1
                    else 2
                end asc,
                labels.priority asc
        ) as reason_number
    from {{ ref('int_management__deviations') }} as deviations
    inner join {{ ref('kpi_alert_reasons') }} as labels
        on deviations.reason = labels.reason
    left join {{ ref('int_management__top_contributors') }} as contributors
        on
            deviations.kpi = contributors.kpi
            and deviations.month_start_on = contributors.month_start_on
            and deviations.reason = contributors.reason

),

alerts as (

    select
        bool_or(is_alert) as is_alert,
        max(case when reason_number = 1 and (is_alert or reason = 'target') then reason end) as contributors_of,
        {%- for column, separator in [('reason', ', '), ('label_zh', '，'), ('label_en', ', ')] %}
        {{ joined_texts('case when is_alert then ' ~ column ~ ' end', separator, 'priority asc') }}
            as alert_{{ column }},
        {%- endfor %}
        {%- for language in ['zh', 'en'] %}
        max(case when reason_number = 1 and (is_alert or reason = 'target') then top_contributors_{{ language }} end)
            as top_contributors_{{ language }},
        {%- endfor %}
        kpi,
        month_start_on
    from reasons
    group by kpi, month_start_on

),

aligned as (

    select
        period_start_on as month_start_on,
        kpi,
        value
    from {{ ref('int_management__aligned_values') }}
    where
        period_kind = 'month'
        and segment_kind = 'all'

),

shifts as (

    select
        *,
        period_start_on as month_start_on
    from {{ ref('int_management__festival_shifts') }}
    where period_kind = 'month'

),

latest as (

    select max(month_start_on) as month_start_on from months
    where is_complete

),

final as (

    select
        cast(months.month_start_on as date) as month_start_on,
        cast(catalog.kpi as string) as kpi,
        cast(catalog.label_zh as string) as kpi_zh,
        cast(catalog.label_en as string) as kpi_en,
        cast(catalog.area as string) as area,
        cast(coalesce(handed_in.owner, catalog.owner) as string) as owner,
        cast(catalog.unit as string) as unit,
        cast(catalog.direction as string) as direction,
        cast(case when figures.value is null then 'not_measured' else 'measured' end as string) as status,
        cast(alerts.alert_reason as string) as alert_kinds,
        cast(alerts.alert_label_zh as string) as alert_kinds_zh,
        cast(alerts.alert_label_en as string) as alert_kinds_en,
        cast(alerts.contributors_of as string) as contributors_of,
        cast(alerts.top_contributors_zh as string) as top_contributors_zh,
        cast(alerts.top_contributors_en as string) as top_contributors_en,
        cast(months.is_complete as boolean) as is_complete,
        cast(coalesce(months.month_start_on = latest.month_start_on, false) as boolean) as is_latest,
        cast(coalesce(alerts.is_alert, false) as boolean) as is_alert,
        cast(
            case
                when figures.value is null or benchmarks.target is null then null
                when catalog.direction = 'higher' then figures.value >= benchmarks.target
                else figures.value <= benchmarks.target
            end as boolean
        ) as is_target_met,
        cast(catalog.window_months as integer) as window_months,
        cast(figures.numerator as double) as numerator,
        cast(figures.base as double) as base,
        cast(figures.value as double) as value,
        cast(handed_in.figure_source as string) as value_source,
        cast(year_before.value as double) as last_year_value,
        cast(figures.value - year_before.value as double) as change_on_last_year,
        cast({{ last_year_aligned('shifts.shift_status', 'year_before.value', 'aligned.value') }} as double)
            as last_year_aligned_value,
        cast(
            {{ last_year_aligned_status('shifts.shift_status', 'year_before.value', 'aligned.value') }} as string
        ) as last_year_aligned_status,
        cast(
            figures.value
            - {{ last_year_aligned('shifts.shift_status', 'year_before.value', 'aligned.value') }} as double
        ) as change_on_last_year_aligned,
        cast(shifts.festival_shift as string) as festival_shift,
        cast(shifts.festival_shift_zh as string) as festival_shift_zh,
        cast(shifts.festival_shift_en as string) as festival_shift_en,
        cast(expectations.expected_value as double) as expected_value,
        cast(
            case
                when not catalog.is_seasonal then 'not_watched'
                else coalesce(expectations.expectation_status, 'not_over')
            end as string
        ) as expectation_status,
        cast(baselines.baseline_value as double) as baseline_value,
        cast(figures.value - baselines.baseline_value as double) as change_on_baseline,
        cast(benchmarks.target as double) as target,
        cast(benchmarks.target_source as string) as target_source,
        cast(figures.value - benchmarks.target as double) as target_deviation,
        {%- for reference in ['field_average', 'leader'] %}
        cast(
            case when benchmarks.{{ reference }}_status = 'comparable' then benchmarks.stated_{{ reference }} end
            as double
        ) as {{ reference }},
        cast(benchmarks.{{ reference }}_status as string) as {{ reference }}_status,
        cast(benchmarks.{{ reference }}_source as string) as {{ reference }}_source,
        {%- endfor %}
        cast(months.as_of_on as date) as as_of_on
    from months
    cross join catalog
    cross join latest
    left join figures
        on
            months.month_start_on = figures.month_start_on
            and catalog.kpi = figures.kpi
    left join {{ ref('int_management__manual_figures') }} as handed_in
        on
            months.month_start_on = handed_in.month_start_on
            and catalog.kpi = handed_in.kpi
    left join figures as year_before
        on
            case when months.is_complete then months.year_before_on end = year_before.month_start_on
            and catalog.kpi = year_before.kpi
    left join aligned
        on
            months.month_start_on = aligned.month_start_on
            and catalog.kpi = aligned.kpi
    left join shifts
        on months.month_start_on = shifts.month_start_on
    left join {{ ref('int_management__expectations') }} as expectations
        on
            months.month_start_on = expectations.month_start_on
            and catalog.kpi = expectations.kpi
    left join baselines
        on catalog.kpi = baselines.kpi
    left join judged as benchmarks
        on
            months.month_start_on = benchmarks.month_start_on
            and catalog.kpi = benchmarks.kpi
    left join alerts
        on
            months.month_start_on = alerts.month_start_on
            and catalog.kpi = alerts.kpi

)

select * from final
