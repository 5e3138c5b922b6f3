-- grain: one customer who has purchased, as of the latest date or an origin of the alert horizon: whom to warn of

-- The alert level is the first whose cut-offs of P(left) and lateness are passed (int_churn__leaving_levels): without a
-- P(left) there is none. The rule level beside it is that of the worst indicator; a high-tier customer whose ratings
-- fall goes one level up in both. Who has lapsed is past warning (winback).

with

customers as (

    select * from {{ ref('int_churn__customers') }}

),

scores as (

    select
        scores.customer_id,
        scores.as_of_on,
        scores.is_lost,
        scores.label_free_probability,
        scores.probability,
        verdicts.risk_status,
        verdicts.unmeasured_reason
    from {{ ref('int_churn__scores') }} as scores
    inner join {{ ref('churn_horizons') }} as horizons
        on scores.horizon_days = horizons.horizon_days
    inner join {{ ref('int_churn__verdicts') }} as verdicts
        on
            scores.as_of_on = verdicts.as_of_on
            and scores.horizon_days = verdicts.horizon_days
    where horizons.is_alert_horizon

),

rules as (

    select
        indicators.row_key,
        min(indicators.rule_level) as indicator_level,
        bool_or(indicators.is_eligible) as is_eligible,
        bool_or(indicators.is_fired and indicators.indicator = 'ratings') as has_falling_ratings,
        max(case when indicators.is_fired then stages.stage_rank end) as stage_rank
    from {{ ref('int_churn__indicators') }} as indicators
    inner join {{ ref('churn_indicators') }} as definitions
        on indicators.indicator = definitions.indicator
    inner join {{ ref('churn_stages') }} as stages
        on definitions.churn_stage = stages.churn_stage
    group by indicators.row_key

),

levels as (

    select * from {{ ref('int_churn__leaving_levels') }}

),

company as (

    select coalesce(bool_and(is_better_than_recency), true) as is_better_than_recency
    from levels

),

judged as (

    select
        customers.*,
        scores.is_lost,
        case when company.is_better_than_recency then leaving.p_left end as p_left,
        leaving.lateness,
        case
            when leaving.leaving_status = 'measured' and not company.is_better_than_recency
                then 'not_better_than_recency'
            else leaving.leaving_status
        end as leaving_status,
        scores.label_free_probability,
        scores.probability,
        scores.risk_status,
        scores.unmeasured_reason,
        rules.stage_rank,
        coalesce(rules.has_falling_ratings and customers.value_tier = 'high', false) as is_raised,
        case
            when rules.has_falling_ratings and customers.value_tier = 'high'
                then greatest(coalesce(rules.indicator_level, 4) - 1, 1)
            else rules.indicator_level
        end as rule_level
    from customers
    inner join scores
        on
            customers.customer_id = scores.customer_id
            and customers.as_of_on = scores.as_of_on
    inner join {{ ref('int_churn__leaving') }} as leaving
        on
            customers.customer_id = leaving.customer_id
            and customers.as_of_on = leaving.as_of_on
    cross join company
    inner join rules
        on customers.row_key = rules.row_key

),

matched as (

    select
        judged.row_key,
        min(levels.alert_level) as policy_level
    from judged
    inner join levels
        on
            judged.p_left >= levels.left_from
            and judged.lateness >= levels.late_from
            and (levels.rule_level_to is null or judged.rule_level <= levels.rule_level_to)
    group by judged.row_key

),

final as (

    select
        judged.row_key,
        judged.customer_id,
        judged.as_of_on,
        judged.until_on,
        judged.is_latest,
        judged.is_lost,
        judged.customer_group,
        judged.value_tier,
        judged.is_lapsed,
        judged.recency_days,
        judged.risk_status,
        judged.unmeasured_reason,
        judged.probability,
        judged.label_free_probability,
        judged.p_left,
        judged.lateness,
        judged.leaving_status,
        judged.rule_level,
        case
            when judged.is_lapsed or judged.p_left is null or judged.risk_status <> 'measured' then null
            when judged.is_raised then greatest(coalesce(matched.policy_level, 4) - 1, 1)
            else matched.policy_level
        end as alert_level,
        stages.churn_stage,
        judged.first_purchase_on,
        judged.last_purchase_on,
        judged.margin_amount_12m
    from judged
    left join matched
        on judged.row_key = matched.row_key
    left join {{ ref('churn_stages') }} as stages
        on judged.stage_rank = stages.stage_rank

)

select * from final
