-- grain: one customer who has purchased, as of the latest date or an origin of the alert horizon: whom to warn of

-- The rule level is that of the worst indicator; a high-tier customer whose ratings fall goes one level up. The alert
-- level is the first row of the policy whose probability and rule hold: without a probability there is none, whatever
-- the rules say. Who has lapsed is past warning (winback).

with

customers as (

    select * from {{ ref('int_churn__customers') }}

),

scores as (

    select
        scores.customer_id,
        scores.as_of_on,
        scores.is_lost,
        scores.p_alive,
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

    select * from {{ ref('churn_alert_levels') }}

),

judged as (

    select
        customers.*,
        scores.is_lost,
        scores.p_alive,
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
            judged.probability >= levels.probability_from
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
        judged.p_alive,
        judged.rule_level,
        case
            when judged.is_lapsed or judged.risk_status <> 'measured' then null
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
