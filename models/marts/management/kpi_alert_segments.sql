-- grain: one alert and one segment: what of the change comes from it

with

contributions as (

    select contributions.*
    from {{ ref('int_management__contributions') }} as contributions
    inner join {{ ref('kpi_alerts') }} as alerts
        on
            contributions.kpi = alerts.kpi
            and contributions.month_start_on = alerts.month_start_on
            and contributions.reason = alerts.reason

),

final as (

    select
        cast(contributions.month_start_on as date) as month_start_on,
        cast(contributions.kpi as string) as kpi,
        cast(contributions.reason as string) as reason,
        cast(contributions.segment_kind as string) as segment_kind,
        cast(contributions.segment as string) as segment,
        {{ member_label('contributions.segment', 'labels.label_zh', 'zh') }} as segment_zh,
        {{ member_label('contributions.segment', 'labels.label_en', 'en') }} as segment_en,
        cast(contributions.contribution as double) as contribution,
        cast(contributions.share_of_change as double) as share_of_change,
        cast(contributions.contribution_rank as bigint) as contribution_rank
    from contributions
    left join {{ ref('int_management__segment_labels') }} as labels
        on
            contributions.segment_kind = labels.segment_kind
            and contributions.segment = labels.segment

)

select * from final
