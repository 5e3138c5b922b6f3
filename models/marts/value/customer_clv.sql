-- grain: one customer who has purchased, as of the latest date: lifetime value by three methods side by side

-- The probabilistic value classes and orders customers where its model could be fitted; elsewhere the dynamic one.
-- Where neither is measured the lifetime value is unknown: `not_measured`, with the reason.

with

states as (

    select * from {{ ref('int_value__customer_states') }}
    where
        is_latest
        and has_purchased

),

formula as (

    select * from {{ ref('int_value__formula_values') }}

),

dynamic as (

    select * from {{ ref('int_value__dynamic_values') }}

),

probabilistic as (

    select * from {{ ref('int_value__probabilistic_values') }}
    where is_latest

),

rising as (

    select * from {{ ref('int_value__rising_spend') }}

),

alerts as (

    select
        customer_id,
        alert_level
    from {{ ref('int_churn__alerts') }}
    where is_latest

),

upgrades as (

    select * from {{ ref('int_value__upgrade_probabilities') }}
    where is_latest

),

valued as (

    select
        states.customer_id,
        states.customer_group,
        states.value_tier,
        formula.main_aroma,
        formula.order_value,
        formula.orders_per_year,
        formula.margin_rate,
        formula.retention_rate,
        formula.retention_basis,
        formula.lifespan_years,
        formula.formula_value,
        dynamic.dynamic_value,
        probabilistic.lifetime_margin as probabilistic_value,
        case
            when probabilistic.lifetime_margin is not null then 'probabilistic'
            when dynamic.dynamic_value is not null then 'dynamic'
        end as leading_method,
        coalesce(probabilistic.lifetime_margin, dynamic.dynamic_value) as lifetime_value,
        case when probabilistic.lifetime_margin is null then dynamic.unmeasured_reason end as unmeasured_reason,
        probabilistic.p_alive,
        probabilistic.p_no_order_30d,
        probabilistic.p_no_order_90d,
        probabilistic.p_no_order_180d,
        probabilistic.expected_orders_12m,
        probabilistic.expected_margin_12m,
        probabilistic.expected_order_value,
        probabilistic.order_value_basis,
        upgrades.upgrade_probability,
        upgrades.upgrade_basis,
        coalesce(rising.rising_months, 0) as rising_months,
        states.as_of_on
    from states
    inner join formula
        on
            states.customer_id = formula.customer_id
            and states.as_of_on = formula.as_of_on
    inner join dynamic
        on
            states.customer_id = dynamic.customer_id
            and states.as_of_on = dynamic.as_of_on
    left join probabilistic
        on states.customer_id = probabilistic.customer_id
    left join rising
        on states.customer_id = rising.customer_id
    left join upgrades
        on states.customer_id = upgrades.customer_id

),

ranked as (

    select
        *,
        -- equal values share the better place; of an unknown value there is none
        case
            when lifetime_value is not null
                then
                    rank() over (order by lifetime_value desc nulls last)
                    / cast(count(lifetime_value) over () as double)
        end as value_rank_share,
        -- from the better place to the middle one of equals: nobody is in the top by what most share
        (count(*) over (partition by lifetime_value) - 1) / 2.0 / cast(count(*) over () as double) as equals_rank_share
    from valued

),

classed as (

    select
        ranked.*,
        case
            when alerts.alert_level <= 2 then 'at_risk'
            when ranked.value_rank_share + ranked.equals_rank_share <= clv_policy.high_value_share then 'high_value'
            when
                ranked.value_tier = 'middle'
                and (
                    ranked.upgrade_probability >= value_policy.upgrade_share
                    or ranked.rising_months >= value_policy.rising_months
                )
                then 'high_potential'
            when ranked.lifetime_value is not null then 'other'
        end as clv_class,
        -- the rate of the tier, where there is no model, singles nobody out
        ranked.value_tier = 'middle'
        and (
            ranked.rising_months >= value_policy.rising_months
            or coalesce(
                ranked.upgrade_basis = 'model' and ranked.upgrade_probability >= value_policy.upgrade_share, false
            )
        ) as is_upgrade_candidate
    from ranked
    cross join {{ ref('clv_policy') }} as clv_policy
    cross join {{ ref('value_policy') }} as value_policy
    left join alerts
        on ranked.customer_id = alerts.customer_id

),

final as (

    select
        cast(classed.customer_id as string) as customer_id,
        cast(classed.customer_group as string) as customer_group,
        cast(classed.value_tier as string) as value_tier,
        cast(classed.clv_class as string) as clv_class,
        cast(classes.label_zh as string) as clv_class_zh,
        cast(classes.label_en as string) as clv_class_en,
        cast(classed.leading_method as string) as leading_method,
        cast(
            case when classed.lifetime_value is null then 'not_measured' else 'measured' end as string
        ) as value_status,
        cast(classed.unmeasured_reason as string) as unmeasured_reason,
        cast(reasons.label_zh as string) as unmeasured_reason_zh,
        cast(reasons.label_en as string) as unmeasured_reason_en,
        cast(classed.retention_basis as string) as retention_basis,
        cast(classed.order_value_basis as string) as order_value_basis,
        cast(classed.main_aroma as string) as main_aroma,
        cast(classed.formula_value as decimal(18, 2)) as formula_value,
        cast(classed.dynamic_value as decimal(18, 2)) as dynamic_value,
        cast(classed.probabilistic_value as decimal(18, 2)) as probabilistic_value,
        cast(classed.lifetime_value as decimal(18, 2)) as lifetime_value,
        cast(classed.value_rank_share as double) as value_rank_share,
        cast(classed.order_value as decimal(18, 2)) as order_value,
        cast(classed.orders_per_year as double) as orders_per_year,
        cast(classed.margin_rate as double) as margin_rate,
        cast(classed.retention_rate as double) as retention_rate,
        cast(classed.lifespan_years as double) as lifespan_years,
        cast(classed.upgrade_probability as double) as upgrade_probability,
        cast(classed.upgrade_basis as string) as upgrade_basis,
        cast(classed.rising_months as integer) as rising_months,
        classed.is_upgrade_candidate,
        cast(habits.price_band as string) as habitual_price_band,
        cast(habits.suggested_price_band as string) as suggested_price_band,
        cast(paths.upgrade_path as string) as upgrade_path,
        cast(paths.label_zh as string) as upgrade_path_zh,
        cast(paths.label_en as string) as upgrade_path_en,
        cast(classed.p_alive as double) as p_alive,
        cast(classed.p_no_order_30d as double) as p_no_order_30d,
        cast(classed.p_no_order_90d as double) as p_no_order_90d,
        cast(classed.p_no_order_180d as double) as p_no_order_180d,
        cast(classed.expected_orders_12m as double) as expected_orders_12m,
        cast(classed.expected_order_value as decimal(18, 2)) as expected_order_value,
        cast(classed.expected_margin_12m as decimal(18, 2)) as expected_margin_12m,
        cast(classed.as_of_on as date) as as_of_on
    from classed
    left join {{ ref('clv_classes') }} as classes
        on classed.clv_class = classes.clv_class
    left join {{ ref('model_statuses') }} as reasons
        on classed.unmeasured_reason = reasons.status
    left join {{ ref('int_value__price_habits') }} as habits
        on
            classed.is_upgrade_candidate
            and classed.customer_id = habits.customer_id
    left join {{ ref('upgrade_path_policy') }} as paths
        on
            classed.is_upgrade_candidate
            and classed.customer_group = paths.customer_group

)

select * from final
