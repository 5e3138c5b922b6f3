-- grain: one customer who had purchased by the origin of a back-test, for one horizon and one method

-- What each method would have said at the origin, beside what happened. Past rate and annualised are the naive lines.

with

backtests as (

    select * from {{ ref('int_value__backtests') }}

),

first_order as (

    select min(ordered_on) as ordered_on from {{ ref('int_orders__documents') }}

),

features as (

    select
        features.customer_id,
        backtests.as_of_on,
        backtests.horizon_days,
        cast(features.purchase_amount as double) as purchase_amount,
        features.order_count,
        features.purchase_days,
        features.tenure_days,
        {{ days_from('first_order.ordered_on', 'features.as_of_on') }} as calibration_days
    from {{ ref('int_value__base_features') }} as features
    inner join backtests
        on features.as_of_on = backtests.as_of_on
    cross join first_order

),

outcomes as (

    select
        backtests.horizon_days,
        days.customer_id,
        sum(days.purchase_amount) as actual_amount,
        count(*) as actual_days
    from backtests
    inner join {{ ref('int_value__day_versions') }} as days
        on
            backtests.as_of_on < days.ordered_on
            and backtests.until_on >= days.ordered_on
            and backtests.until_on >= days.valid_from_on
            and backtests.until_on < days.valid_to_on
    where days.order_count > 0
    group by backtests.horizon_days, days.customer_id

),

predicted as (

    select
        backtests.horizon_days,
        'formula' as method,
        formula.customer_id,
        formula.net_amount_per_year * backtests.horizon_days / 365.25 as predicted_amount,
        cast(null as double) as predicted_days
    from {{ ref('int_value__formula_values') }} as formula
    inner join backtests
        on formula.as_of_on = backtests.as_of_on

    union all

    -- where a method has no value of a customer there is nothing to hold against what happened
    select
        backtests.horizon_days,
        'dynamic' as method,
        dynamic.customer_id,
        dynamic.net_amount_per_year * backtests.horizon_days / 365.25 as predicted_amount,
        cast(null as double) as predicted_days
    from {{ ref('int_value__dynamic_values') }} as dynamic
    inner join backtests
        on dynamic.as_of_on = backtests.as_of_on
    where dynamic.net_amount_per_year is not null

    union all

    select
        horizon_days,
        'probabilistic' as method,
        customer_id,
        expected_orders_horizon * expected_order_value as predicted_amount,
        expected_orders_horizon as predicted_days
    from {{ ref('int_value__probabilistic_values') }}
    where
        horizon_days is not null
        and expected_orders_horizon is not null

    union all

    -- repeat purchase days per day since the first
    select
        horizon_days,
        'past_rate' as method,
        customer_id,
        (purchase_days - 1) * horizon_days / cast(greatest(tenure_days, 1) as double) * purchase_amount / purchase_days
            as predicted_amount,
        (purchase_days - 1) * horizon_days / cast(greatest(tenure_days, 1) as double) as predicted_days
    from features

    union all

    -- all purchases, spread over the whole length of the data
    select
        horizon_days,
        'annualised' as method,
        customer_id,
        purchase_amount * horizon_days / nullif(calibration_days, 0) as predicted_amount,
        purchase_days * horizon_days / cast(nullif(calibration_days, 0) as double) as predicted_days
    from features

),

final as (

    select
        predicted.horizon_days,
        backtests.as_of_on,
        predicted.method,
        predicted.customer_id,
        cast(predicted.predicted_amount as double) as predicted_amount,
        cast(predicted.predicted_days as double) as predicted_days,
        coalesce(cast(outcomes.actual_amount as double), 0) as actual_amount,
        coalesce(outcomes.actual_days, 0) as actual_days
    from predicted
    inner join backtests
        on predicted.horizon_days = backtests.horizon_days
    left join outcomes
        on
            predicted.horizon_days = outcomes.horizon_days
            and predicted.customer_id = outcomes.customer_id

)

select * from final
