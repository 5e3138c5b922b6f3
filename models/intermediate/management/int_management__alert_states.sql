-- grain: one alert: a month, a KPI and a reason, with what the months before had of it

-- An alert of consecutive months stands: it is told when it begins, and again when it got worse by the share of the
-- policy. What the management has taken note of is quiet until the month that it named, unless it has become worse
-- than it was then.

with

alerts as (

    select
        kpi,
        month_start_on,
        reason,
        abs(size) as size
    from {{ ref('int_management__deviations') }}
    where is_alert

),

compared as (

    select
        alerts.*,
        lag(alerts.month_start_on) over (
            partition by alerts.kpi, alerts.reason order by alerts.month_start_on
        ) as alert_before_on,
        lag(alerts.size) over (partition by alerts.kpi, alerts.reason order by alerts.month_start_on) as earlier_size
    from alerts

),

runs as (

    select
        *,
        coalesce(alert_before_on = {{ months_before('month_start_on', 1) }}, false) as is_standing
    from compared

),

begun as (

    select
        *,
        max(case when not is_standing then month_start_on end) over (
            partition by kpi, reason order by month_start_on rows between unbounded preceding and current row
        ) as standing_since_on
    from runs

),

-- of several notes that cover a month the latest counts
noted as (

    select
        alerts.kpi,
        alerts.month_start_on,
        alerts.reason,
        notes.note,
        earlier.size as noted_size,
        row_number() over (
            partition by alerts.kpi, alerts.month_start_on, alerts.reason order by notes.noted_on desc
        ) as recency
    from alerts
    inner join {{ ref('kpi_alert_notes') }} as notes
        on
            alerts.kpi = notes.kpi
            and alerts.reason = notes.reason
            and alerts.month_start_on >= notes.noted_on
            and alerts.month_start_on <= notes.quiet_until_on
    left join alerts as earlier
        on
            notes.kpi = earlier.kpi
            and notes.reason = earlier.reason
            and notes.noted_on = earlier.month_start_on

),

final as (

    select
        begun.kpi,
        begun.month_start_on,
        begun.reason,
        begun.standing_since_on,
        case when begun.is_standing then begun.earlier_size end as size_before,
        case
            when not begun.is_standing then 'new'
            when begun.size > begun.earlier_size * (1 + reasons.worse_by) then 'worse'
            else 'standing'
        end as alert_state,
        noted.note is not null and coalesce(begun.size <= noted.noted_size * (1 + reasons.worse_by), true) as is_quiet,
        noted.note
    from begun
    inner join {{ ref('kpi_alert_reasons') }} as reasons
        on begun.reason = reasons.reason
    left join noted
        on
            begun.kpi = noted.kpi
            and begun.month_start_on = noted.month_start_on
            and begun.reason = noted.reason
            and noted.recency = 1

)

select * from final
