-- grain: one customer who has purchased, as of the latest date or an origin of the back-test

-- Order value × orders per year × margin × retention × expected lifespan (SPEC 6.1). Orders per year are read over at
-- least the policy's tenure floor; the lifespan is the main aroma's.

with

features as (

    select * from {{ ref('int_value__base_features') }}
    where is_latest or is_backtest

),

states as (

    select
        customer_id,
        as_of_on,
        customer_group,
        value_tier
    from {{ ref('int_value__customer_states') }}
    where is_latest or is_backtest

),

lifespans as (

    select * from {{ ref('aroma_lifespans') }}

),

described as (

    select
        features.customer_id,
        features.as_of_on,
        states.customer_group,
        states.value_tier,
        coalesce(aromas.aroma, 'other') as main_aroma,
        coalesce(lifespans.lifespan_years, others.lifespan_years) as lifespan_years,
        retention.retention_rate,
        retention.retention_basis,
        cast(features.purchase_amount as double) / features.order_count as order_value,
        features.order_count * 365.25 / greatest(features.tenure_days, policy.tenure_floor_days) as orders_per_year,
        cast(features.margin_amount as double) / cast(features.purchase_amount as double) as margin_rate
    from features
    inner join states
        on
            features.customer_id = states.customer_id
            and features.as_of_on = states.as_of_on
    inner join {{ ref('int_value__retention_rates') }} as retention
        on
            states.as_of_on = retention.as_of_on
            and states.value_tier = retention.value_tier
            and states.customer_group = retention.customer_group
    cross join {{ ref('clv_policy') }} as policy
    left join {{ ref('int_value__main_aromas') }} as aromas
        on
            features.customer_id = aromas.customer_id
            and features.as_of_on = aromas.as_of_on
    left join lifespans
        on aromas.aroma = lifespans.aroma
    left join lifespans as others
        on others.aroma = 'other'

),

final as (

    select
        *,
        order_value * orders_per_year * retention_rate as net_amount_per_year,
        order_value * orders_per_year * margin_rate * retention_rate * lifespan_years as formula_value
    from described

)

select * from final
