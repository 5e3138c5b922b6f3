-- grain: one period and one KPI that reports show of its kind of period

-- What a sentence needs to know: how far the figure is from the period before, from the same period last year and from
-- the target, and which word the change deserves. A change below what the unit counts as one is `steady`; without a
-- figure on either side there is no word. Targets, alerts and contributors are those of the period's last month.
{%- set references = ['target', 'field_average', 'leader'] %}

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

aligned as (

    select * from {{ ref('int_management__aligned_values') }}
    where segment_kind = 'all'

),

shifts as (

    select * from {{ ref('int_management__festival_shifts') }}

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
        {{ last_year_aligned('shifts.shift_status', 'year_before.value', 'aligned.value') }}
            as last_year_aligned_value,
        {{ last_year_aligned_status('shifts.shift_status', 'year_before.value', 'aligned.value') }}
            as last_year_aligned_status,
        shifts.festival_shift,
        shifts.festival_shift_zh,
        shifts.festival_shift_en,
        {%- for reference in references %}
        monthly.{{ reference }},
        monthly.{{ reference }}_source,
        {%- endfor %}
        monthly.alert_kinds,
        monthly.alert_kinds_zh,
        monthly.alert_kinds_en,
        monthly.contributors_of,
        monthly.top_contributors_zh,
        monthly.top_contributors_en,
        figures.value - before.value as change_on_previous,
        figures.value - year_before.value as change_on_last_year,
        figures.value
        - {{ last_year_aligned('shifts.shift_status', 'year_before.value', 'aligned.value') }}
            as change_on_last_year_aligned,
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
    left join aligned
        on
            shown.period_kind = aligned.period_kind
            and shown.period_start_on = aligned.period_start_on
            and shown.kpi = aligned.kpi
    left join shifts
        on
            shown.period_kind = shifts.period_kind
            and shown.period_start_on = shifts.period_start_on
    left join monthly
        on
            case when shown.period_kind <> 'week' then cast(date_trunc('month', shown.period_end_on) as date) end
            = monthly.month_start_on
            and shown.kpi = monthly.kpi

),

final as (

    select
        cast(compared.period_kind as string) as period_kind,
        cast(compared.period as string) as period,
        cast(compared.kpi as string) as kpi,
        cast(compared.label_zh as string) as kpi_zh,
        cast(compared.label_en as string) as kpi_en,
        cast(compared.area as string) as area,
        cast(compared.unit as string) as unit,
        cast(compared.direction as string) as direction,
        cast(compared.owner as string) as owner,
        cast(coalesce(owners.label_zh, compared.owner) as string) as owner_zh,
        cast(coalesce(owners.label_en, compared.owner) as string) as owner_en,
        cast(compared.position as integer) as position,
        cast(compared.is_headline as boolean) as is_headline,
        cast(case when compared.value is null then 'not_measured' else 'measured' end as string) as status,
        cast(
            coalesce(
                case compared.statistic when 'sum' then abs(compared.numerator) else compared.base end
                < compared.minimum_base,
                false
            ) as boolean
        ) as is_low_base,
        cast(compared.minimum_base as double) as minimum_base,
        cast(compared.numerator as double) as numerator,
        cast(compared.base as double) as base,
        cast(compared.value as double) as value,
        {%- for reference in ['previous', 'last_year', 'last_year_aligned'] %}
        cast(compared.{{ reference }}_value as double) as {{ reference }}_value,
        cast(compared.change_on_{{ reference }} as double) as change_on_{{ reference }},
        cast(compared.change_on_{{ reference }} / nullif(abs(compared.{{ reference }}_value), 0) as double)
            as relative_change_on_{{ reference }},
        cast(
            case
                when compared.change_on_{{ reference }} is null then null
                when
                    abs(compared.change_on_{{ reference }})
                    < compared.steady_change
                    * case when compared.is_relative then abs(compared.{{ reference }}_value) else 1 end
                    or compared.change_on_{{ reference }} = 0
                    then 'steady'
                when compared.change_on_{{ reference }} > 0 then 'rise'
                else 'fall'
            end as string
        ) as trend_on_{{ reference }},
        {%- endfor %}
        cast(compared.last_year_aligned_status as string) as last_year_aligned_status,
        cast(compared.festival_shift as string) as festival_shift,
        cast(compared.festival_shift_zh as string) as festival_shift_zh,
        cast(compared.festival_shift_en as string) as festival_shift_en,
        cast(compared.target as double) as target,
        cast(compared.change_on_target as double) as change_on_target,
        cast(
            case
                when compared.change_on_target is null then null
                when compared.direction = 'higher' then compared.change_on_target >= 0
                else compared.change_on_target <= 0
            end as boolean
        ) as is_target_met,
        cast(compared.field_average as double) as field_average,
        cast(compared.leader as double) as leader,
        {%- for reference in references %}
        {%- for language in ['zh', 'en'] %}
        cast(
            coalesce({{ reference }}_sources.label_{{ language }}, compared.{{ reference }}_source) as string
        ) as {{ reference }}_source_{{ language }},
        {%- endfor %}
        {%- endfor %}
        cast(compared.alert_kinds as string) as alert_kinds,
        cast(compared.alert_kinds_zh as string) as alert_kinds_zh,
        cast(compared.alert_kinds_en as string) as alert_kinds_en,
        cast(compared.contributors_of as string) as contributors_of,
        cast(compared.top_contributors_zh as string) as top_contributors_zh,
        cast(compared.top_contributors_en as string) as top_contributors_en,
        cast(compared.period_start_on as date) as period_start_on,
        cast(compared.period_end_on as date) as period_end_on
    from compared
    left join {{ ref('report_owners') }} as owners
        on compared.owner = owners.owner
    {%- for reference in references %}
    left join {{ ref('report_sources') }} as {{ reference }}_sources
        on compared.{{ reference }}_source = {{ reference }}_sources.source
    {%- endfor %}

)

select * from final
