-- grain: one deviation of a KPI, with the segments it comes from in words

-- Per kind of segment as many as the policy says, with their share of the change. Of days that stood out what and
-- where, the surest first.

with

named as (

    select
        contributions.kpi,
        contributions.month_start_on,
        contributions.reason,
        contributions.segment_kind,
        contributions.contribution_rank,
        cast(cast(round(100 * contributions.share_of_change) as bigint) as string) || '%' as percent_text,
        {{ member_label('contributions.segment', 'labels.label_zh', 'zh') }} as segment_zh,
        {{ member_label('contributions.segment', 'labels.label_en', 'en') }} as segment_en
    from {{ ref('int_management__contributions') }} as contributions
    cross join {{ ref('management_policy') }} as policy
    left join {{ ref('int_management__segment_labels') }} as labels
        on
            contributions.segment_kind = labels.segment_kind
            and contributions.segment = labels.segment
    where
        contributions.contribution_rank <= policy.contributors_shown
        and contributions.share_of_change > 0

),

daily as (

    select
        cast(date_trunc('month', since_on) as date) as month_start_on,
        {%- for language in ['zh', 'en'] %}
        anomaly_kind_{{ language }} || ' ' || segment_label as anomaly_{{ language }},
        {%- endfor %}
        row_number() over (
            partition by date_trunc('month', since_on)
            order by evidence desc, anomaly_kind asc, segment asc, since_on asc
        ) as evidence_rank
    from {{ ref('int_management__anomalies') }}

),

final as (

    select
        {%- for language, stop in [('zh', '；'), ('en', '; ')] %}
        {{ joined_texts('daily.anomaly_' ~ language, stop, 'daily.evidence_rank asc') }}
            as top_contributors_{{ language }},
        {%- endfor %}
        deviations.kpi,
        deviations.month_start_on,
        deviations.reason
    from {{ ref('int_management__deviations') }} as deviations
    cross join {{ ref('management_policy') }} as policy
    inner join daily
        on
            deviations.month_start_on = daily.month_start_on
            and policy.contributors_shown >= daily.evidence_rank
    where deviations.reason = 'daily_anomaly'
    group by deviations.kpi, deviations.month_start_on, deviations.reason

    union all

    select
        {%- for language, stop in [('zh', '；'), ('en', '; ')] %}
        {{ joined_texts(
            "segment_" ~ language ~ " || ' ' || percent_text", stop, 'segment_kind asc, contribution_rank asc'
        ) }}
            as top_contributors_{{ language }},
        {%- endfor %}
        kpi,
        month_start_on,
        reason
    from named
    group by kpi, month_start_on, reason

)

select * from final
