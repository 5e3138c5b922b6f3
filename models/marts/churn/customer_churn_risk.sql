-- grain: one customer who has purchased, as of the latest date: how likely to stay away, why, and what to do

-- Value at risk is the margin expected over 12 months from a customer who stays, times P(has left); where that is not
-- known, times P(no purchase) in a year, or in the alert horizon. Without expected margin that of the past 12 months
-- stands in. Without a rate grid there is no probability, no alert and no intervention: `not_measured`, with the
-- reason.

with

alerts as (

    select * from {{ ref('int_churn__alerts') }}
    where is_latest

),

scores as (

    select
        {%- for days in [30, 90, 180, 365] %}
        max(case when horizon_days = {{ days }} then probability end) as p_no_order_{{ days }}d,
        {%- endfor %}
        {%- for days in [30, 90, 180] %}
        max(case when horizon_days = {{ days }} then label_free_probability end) as label_free_{{ days }}d,
        max(case when horizon_days = {{ days }} then logistic_probability end) as logistic_{{ days }}d,
        {%- endfor %}
        customer_id
    from {{ ref('int_churn__scores') }}
    where is_latest
    group by customer_id

),

expected as (

    select
        customer_id,
        expected_margin_12m / coalesce(nullif(p_alive, 0), 1) as margin_if_kept
    from {{ ref('int_value__probabilistic_values') }}
    where is_latest

),

fired as (

    select
        indicators.customer_id,
        {{ joined_texts('definitions.label_zh', '；', 'indicators.indicator asc') }} as signals_zh,
        {{ joined_texts('definitions.label_en', '; ', 'indicators.indicator asc') }} as signals_en
    from {{ ref('int_churn__indicators') }} as indicators
    inner join {{ ref('churn_indicators') }} as definitions
        on indicators.indicator = definitions.indicator
    where
        indicators.is_latest
        and indicators.is_fired
    group by indicators.customer_id

),

complainers as (

    select distinct events.customer_id
    from {{ ref('int_churn__events') }} as events
    inner join alerts
        on
            events.customer_id = alerts.customer_id
            and events.occurred_on <= alerts.as_of_on
    where events.signal = 'complaint'

),

at_risk as (

    select
        alerts.customer_id,
        case
            when alerts.risk_status <> 'measured' then null
            when alerts.p_left is not null then 'left'
            when scores.p_no_order_365d is not null then 'silent_365d'
            when alerts.probability is not null then 'silent'
        end as basis,
        case
            when alerts.risk_status = 'measured'
                then coalesce(alerts.p_left, scores.p_no_order_365d, alerts.probability)
        end as probability
    from alerts
    inner join scores
        on alerts.customer_id = scores.customer_id

),

final as (

    select
        cast(alerts.customer_id as string) as customer_id,
        cast(alerts.customer_group as string) as customer_group,
        cast(alerts.value_tier as string) as value_tier,
        cast(alerts.alert_level as integer) as alert_level,
        cast(alerts.rule_level as integer) as rule_level,
        cast(alerts.risk_status as string) as risk_status,
        cast(alerts.unmeasured_reason as string) as unmeasured_reason,
        cast(reasons.label_zh as string) as unmeasured_reason_zh,
        cast(reasons.label_en as string) as unmeasured_reason_en,
        cast(scores.p_no_order_30d as double) as p_no_order_30d,
        cast(scores.p_no_order_90d as double) as p_no_order_90d,
        cast(scores.p_no_order_180d as double) as p_no_order_180d,
        cast(scores.p_no_order_365d as double) as p_no_order_365d,
        cast(scores.label_free_30d as double) as label_free_30d,
        cast(scores.label_free_90d as double) as label_free_90d,
        cast(scores.label_free_180d as double) as label_free_180d,
        cast(scores.logistic_30d as double) as logistic_30d,
        cast(scores.logistic_90d as double) as logistic_90d,
        cast(scores.logistic_180d as double) as logistic_180d,
        cast(1 - alerts.p_left as double) as p_alive,
        cast(alerts.p_left as double) as p_left,
        cast(case when alerts.risk_status = 'measured' then alerts.lateness end as double) as lateness,
        cast(alerts.leaving_status as string) as leaving_status,
        cast(leaving_labels.label_zh as string) as leaving_status_zh,
        cast(leaving_labels.label_en as string) as leaving_status_en,
        cast(alerts.is_lapsed as boolean) as is_lapsed,
        -- that somebody never complained is known where complaints are written down
        cast(
            case when delivered.has_complaints then alerts.is_lapsed and complainers.customer_id is null end as boolean
        ) as is_silent_churn,
        cast(alerts.churn_stage as string) as churn_stage,
        cast(stages.label_zh as string) as churn_stage_zh,
        cast(stages.label_en as string) as churn_stage_en,
        cast(fired.signals_zh as string) as signals_zh,
        cast(fired.signals_en as string) as signals_en,
        cast(causes.cause as string) as root_cause,
        cast(cause_labels.label_zh as string) as root_cause_zh,
        cast(cause_labels.label_en as string) as root_cause_en,
        cast(causes.evidence_zh as string) as evidence_zh,
        cast(causes.evidence_en as string) as evidence_en,
        cast(interventions.intervention as string) as intervention,
        cast(interventions.label_zh as string) as intervention_zh,
        cast(interventions.label_en as string) as intervention_en,
        cast(
            case when interventions.alert_level is not null then {{ add_days('alerts.as_of_on', 1) }} end as date
        ) as contact_from_on,
        cast(
            case
                when interventions.alert_level is not null
                    then {{ add_days('alerts.as_of_on', 'interventions.contact_within_days') }}
            end as date
        ) as contact_by_on,
        cast(coalesce(expected.margin_if_kept, alerts.margin_amount_12m) as decimal(18, 2)) as margin_if_kept,
        cast(case when expected.margin_if_kept is null then 'past_12_months' else 'expected' end as string)
            as margin_basis,
        cast(
            at_risk.probability * coalesce(expected.margin_if_kept, cast(alerts.margin_amount_12m as double))
            as decimal(18, 2)
        ) as value_at_risk,
        cast(at_risk.basis as string) as value_at_risk_basis,
        dormant.customer_id is not null as is_dormant,
        coalesce(dormant.is_comparing, false) as is_comparing,
        cast(dormant.comparison_count as bigint) as comparison_count,
        cast(dormant.interaction_count as bigint) as interaction_count,
        cast(dormant.last_opened_on as date) as last_opened_on,
        cast(alerts.recency_days as integer) as recency_days,
        cast(alerts.last_purchase_on as date) as last_purchase_on,
        cast(alerts.as_of_on as date) as as_of_on
    from alerts
    inner join scores
        on alerts.customer_id = scores.customer_id
    inner join at_risk
        on alerts.customer_id = at_risk.customer_id
    cross join {{ ref('int_features__delivered_columns') }} as delivered
    left join expected
        on alerts.customer_id = expected.customer_id
    left join fired
        on alerts.customer_id = fired.customer_id
    left join complainers
        on alerts.customer_id = complainers.customer_id
    left join {{ ref('int_value__dormant_customers') }} as dormant
        on alerts.customer_id = dormant.customer_id
    left join {{ ref('churn_stages') }} as stages
        on alerts.churn_stage = stages.churn_stage
    left join {{ ref('model_statuses') }} as reasons
        on alerts.unmeasured_reason = reasons.status
    left join {{ ref('model_statuses') }} as leaving_labels
        on alerts.leaving_status = leaving_labels.status
    left join {{ ref('int_churn__causes') }} as causes
        on alerts.customer_id = causes.customer_id
    left join {{ ref('churn_causes') }} as cause_labels
        on causes.cause = cause_labels.cause
    left join {{ ref('churn_interventions') }} as interventions
        on alerts.alert_level = interventions.alert_level

)

select * from final
