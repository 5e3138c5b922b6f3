-- grain: one period and one KPI that reports show of its kind of period

-- What a sentence needs to know: how far the figure is from the period before, from the same period last year and from
-- the target, and which word the change deserves. A change below what the unit counts as one is `steady`; without a
-- figure on either side there is no word. Targets, alerts and contributors are those of the period's last month.

with

periods as (

    select * from {{ ref('int_management__report_periods') }}
    where is_over

),

kpis as (

    select
        catalog.*,
        rules.position,
        rules.is_headline,
        rules.is_weekly,
        rules.quarter_rule,
        rules.minimum_base,
        units.steady_change,
        units.is_relative
    from {{ ref('kpi_catalog') }} as catalog
    inner join {{ ref('report_kpis') }} as rules
        on catalog.kpi = rules.kpi
    inner join {{ ref('report_units') }} as units
        on catalog.unit = units.unit

),

company as (

    select * from {{ ref('int_management__report_values') }}
    where segment_kind = 'all'

),

monthly as (

    select * from {{ ref('kpi_monthly') }}

),

shown as (

    select
        periods.*,
        kpis.*
    from periods
    cross join kpis
    where
        periods.period_kind = 'month'
        or (periods.period_kind = 'quarter' and kpis.quarter_rule <> 'none')
        or (periods.period_kind = 'week' and kpis.is_weekly)

),

compared as (

    select
        shown.*,
        figures.numerator,
        figures.base,
        figures.value,
        before.value as previous_value,
        year_before.value as last_year_value,
        {%- for column in [
            'target', 'target_source', 'field_average', 'field_average_source', 'leader', 'leader_source'
        ] %}
        monthly.{{ column }},
        {%- endfor %}
        monthly.alert_kinds,
        monthly.alert_kinds_zh,
        monthly.alert_kinds_en,
        monthly.contributors_of,
        monthly.top_contributors_zh,
        monthly.top_contributors_en,
        figures.value - before.value as change_on_previous,
        figures.value - year_before.value as change_on_last_year,
        figures.value - monthly.target as change_on_target
    from shown
    left join company as figures
        on
            shown.period_kind = figures.period_kind
            and shown.period_start_on = figures.period_start_on
            and shown.kpi = figures.kpi
    left join company as before
        on
            shown.period_kind = before.period_kind
            and shown.previous_start_on = before.period_start_on
            and shown.kpi = before.kpi
    left join company as year_before
        on
            shown.period_kind = year_before.period_kind
            and shown.last_year_start_on = year_before.period_start_on
            and shown.kpi = year_before.kpi
    left join monthly
        on
            shown.period_kind <> 'week'
            and cast(date_trunc('month', shown.period_end_on) as date) = monthly.month_start_on
            and shown.kpi = monthly.kpi

),

final as (

    select
        cast(period_kind as varchar) as period_kind,
        cast(period as varchar) as period,
        cast(kpi as varchar) as kpi,
        cast(label_zh as varchar) as kpi_zh,
        cast(label_en as varchar) as kpi_en,
        cast(area as varchar) as area,
        cast(unit as varchar) as unit,
        cast(direction as varchar) as direction,
        cast(position as integer) as position,
        cast(is_headline as boolean) as is_headline,
        cast(case when value is null then 'not_measured' else 'measured' end as varchar) as status,
        cast(
            coalesce(case statistic when 'sum' then abs(numerator) else base end < minimum_base, false) as boolean
        ) as is_low_base,
        cast(minimum_base as double) as minimum_base,
        cast(numerator as double) as numerator,
        cast(base as double) as base,
        cast(value as double) as value,
        {%- for reference in ['previous', 'last_year'] %}
        cast({{ reference }}_value as double) as {{ reference }}_value,
        cast(change_on_{{ reference }} as double) as change_on_{{ reference }},
        cast(change_on_{{ reference }} / nullif(abs({{ reference }}_value), 0) as double)
            as relative_change_on_{{ reference }},
        cast(
            case
                when change_on_{{ reference }} is null then null
                when
                    abs(change_on_{{ reference }})
                    < steady_change * case when is_relative then abs({{ reference }}_value) else 1 end
                    or change_on_{{ reference }} = 0
                    then 'steady'
                when change_on_{{ reference }} > 0 then 'rise'
                else 'fall'
            end as varchar
        ) as trend_on_{{ reference }},
        {%- endfor %}
        cast(target as double) as target,
        cast(target_source as varchar) as target_source,
        cast(change_on_target as double) as change_on_target,
        cast(
            case
                when change_on_target is null then null
                when direction = 'higher' then change_on_target >= 0
                else change_on_target <= 0
            end as boolean
        ) as is_target_met,
        cast(field_average as double) as field_average,
        cast(field_average_source as varchar) as field_average_source,
        cast(leader as double) as leader,
        cast(leader_source as varchar) as leader_source,
        cast(alert_kinds as varchar) as alert_kinds,
        cast(alert_kinds_zh as varchar) as alert_kinds_zh,
        cast(alert_kinds_en as varchar) as alert_kinds_en,
        cast(contributors_of as varchar) as contributors_of,
        cast(top_contributors_zh as varchar) as top_contributors_zh,
        cast(top_contributors_en as varchar) as top_contributors_en,
        cast(period_start_on as date) as period_start_on,
        cast(period_end_on as date) as period_end_on
    from compared

)

select * from final
