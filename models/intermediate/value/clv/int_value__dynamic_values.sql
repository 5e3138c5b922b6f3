-- grain: one customer who has purchased, as of the latest date or an origin of the back-test

-- A tier gives all its customers one value, which ranks badly: each customer's own spend, weighted by purchases
-- (policy), scales it. An inactive customer's own spend is read per order. No value where the tier's transitions are
-- not measured, or its customers spent nothing to compare with.

with

features as (

    select
        features.customer_id,
        features.as_of_on,
        states.value_tier,
        features.order_count,
        cast(
            case
                when states.value_tier = 'inactive' then features.purchase_amount / features.order_count
                else features.net_amount_12m
            end as double
        ) as own_amount
    from {{ ref('int_value__base_features') }} as features
    inner join {{ ref('int_value__customer_states') }} as states
        on
            features.customer_id = states.customer_id
            and features.as_of_on = states.as_of_on
    where features.is_latest or features.is_backtest

),

scaled as (

    select
        features.*,
        {{ exact_mean('features.own_amount', 'over (partition by features.as_of_on, features.value_tier)') }}
            as tier_amount
    from features

),

tier_values as (

    select
        as_of_on,
        value_tier,
        max(case when step = 1 then net_amount end) as step_net_amount,
        {{ exact_sum('discounted_margin_amount') }} as lifetime_margin
    from {{ ref('int_value__tier_values') }}
    group by as_of_on, value_tier

),

measured as (

    select
        as_of_on,
        from_tier,
        bool_or(is_measured) as is_measured
    from {{ ref('int_value__tier_transitions') }}
    group by as_of_on, from_tier

),

followed as (

    select distinct as_of_on from {{ ref('int_value__tier_transitions') }}

),

factored as (

    select
        scaled.customer_id,
        scaled.as_of_on,
        scaled.value_tier,
        1 + scaled.order_count / (scaled.order_count + policy.shrinkage_orders)
        * (greatest(scaled.own_amount, 0) / nullif(scaled.tier_amount, 0) - 1) as spend_factor,
        tier_values.step_net_amount * 12 / policy.transition_months as tier_net_per_year,
        tier_values.lifetime_margin as tier_lifetime_margin,
        followed.as_of_on is not null as is_followed
    from scaled
    cross join {{ ref('clv_policy') }} as policy
    left join followed
        on scaled.as_of_on = followed.as_of_on
    left join measured
        on
            scaled.as_of_on = measured.as_of_on
            and scaled.value_tier = measured.from_tier
    left join tier_values
        on
            measured.is_measured
            and scaled.as_of_on = tier_values.as_of_on
            and scaled.value_tier = tier_values.value_tier

),

final as (

    select
        customer_id,
        as_of_on,
        value_tier,
        spend_factor,
        tier_net_per_year,
        tier_lifetime_margin,
        tier_net_per_year * spend_factor as net_amount_per_year,
        tier_lifetime_margin * spend_factor as dynamic_value,
        case
            when not is_followed then 'history_too_short'
            when tier_lifetime_margin * spend_factor is null then 'too_few_customers'
        end as unmeasured_reason
    from factored

)

select * from final
