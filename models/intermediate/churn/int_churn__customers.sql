-- grain: one customer who has purchased, at the latest date and at each origin of the alert horizon

-- What rules refer to. Group and tier are those of the latest end of a month by then; who came after it is a person
-- without a tier.

with

origins as (

    select
        origins.as_of_on,
        origins.until_on,
        origins.is_latest
    from {{ ref('int_churn__origins') }} as origins
    inner join {{ ref('churn_horizons') }} as horizons
        on origins.horizon_days = horizons.horizon_days
    where
        origins.is_scored
        and horizons.is_alert_horizon

),

features as (

    select * from {{ ref('int_churn__features') }}

),

states as (

    select
        customer_id,
        as_of_on,
        customer_group,
        value_tier
    from {{ ref('int_value__customer_states') }}
    where has_purchased

),

state_dates as (

    select
        origins.as_of_on,
        max(states.as_of_on) as state_on
    from origins
    inner join states
        on origins.as_of_on >= states.as_of_on
    group by origins.as_of_on

),

final as (

    select
        -- one number for customer and date: what follows joins millions of rows on it
        row_number() over (order by features.as_of_on asc, features.customer_id asc) as row_key,
        features.customer_id,
        features.as_of_on,
        origins.until_on,
        origins.is_latest,
        coalesce(states.customer_group, 'personal') as customer_group,
        states.value_tier,
        features.first_purchase_on,
        features.last_purchase_on,
        features.purchase_days,
        features.margin_amount_12m,
        features.recency_days,
        features.mean_gap_days,
        features.last_gap_days,
        -- the mean of the gaps before the last one
        {{ signed_share(
            'features.mean_gap_days * (features.purchase_days - 1) - features.last_gap_days',
            'features.purchase_days - 2'
        ) }} as earlier_gap_days,
        features.last_purchase_on < {{ months_before('features.as_of_on', 'policy.lapsed_months') }} as is_lapsed
    from features
    inner join origins
        on features.as_of_on = origins.as_of_on
    inner join state_dates
        on features.as_of_on = state_dates.as_of_on
    cross join {{ ref('churn_policy') }} as policy
    left join states
        on
            features.customer_id = states.customer_id
            and state_dates.state_on = states.as_of_on

)

select * from final
