-- grain: one month, one KPI and one reason to tell the management

with

alerts as (

    select * from {{ ref('int_management__deviations') }}
    where is_alert

),

final as (

    select
        cast(alerts.month_start_on as date) as month_start_on,
        cast(alerts.kpi as string) as kpi,
        cast(alerts.reason as string) as reason,
        cast(catalog.label_zh as string) as kpi_zh,
        cast(catalog.label_en as string) as kpi_en,
        cast(labels.label_zh as string) as reason_zh,
        cast(labels.label_en as string) as reason_en,
        cast(states.alert_state as string) as alert_state,
        cast(state_labels.label_zh as string) as alert_state_zh,
        cast(state_labels.label_en as string) as alert_state_en,
        cast(states.standing_since_on as date) as standing_since_on,
        cast(states.is_quiet as boolean) as is_quiet,
        cast(states.note as string) as note,
        cast(catalog.owner as string) as owner,
        cast(catalog.unit as string) as unit,
        cast(contributors.top_contributors_zh as string) as top_contributors_zh,
        cast(contributors.top_contributors_en as string) as top_contributors_en,
        cast(
            case catalog.direction when 'higher' then alerts.change > 0 else alerts.change < 0 end as boolean
        ) as is_for_the_better,
        cast(alerts.value as double) as value,
        cast(alerts.reference_value as double) as reference_value,
        cast(alerts.change as double) as change,
        cast(alerts.relative_change as double) as relative_change,
        cast(alerts.size as double) as size,
        cast(states.size_before as double) as size_before,
        cast(alerts.limit_value as double) as limit_value
    from alerts
    inner join {{ ref('kpi_catalog') }} as catalog
        on alerts.kpi = catalog.kpi
    inner join {{ ref('kpi_alert_reasons') }} as labels
        on alerts.reason = labels.reason
    inner join {{ ref('int_management__alert_states') }} as states
        on
            alerts.kpi = states.kpi
            and alerts.month_start_on = states.month_start_on
            and alerts.reason = states.reason
    left join {{ ref('int_marketing__code_labels') }} as state_labels
        on
            state_labels.list_code = 'alert_state'
            and states.alert_state = state_labels.code
    left join {{ ref('int_management__top_contributors') }} as contributors
        on
            alerts.kpi = contributors.kpi
            and alerts.month_start_on = contributors.month_start_on
            and alerts.reason = contributors.reason

)

select * from final
