-- grain: one customer who has ever purchased, as of one date

with

dates as (

    select * from {{ ref('int_value__as_of_dates') }}

),

features as (

    {{ base_features(ref('int_value__as_of_dates')) }}

),

final as (

    select
        features.*,
        dates.is_latest,
        dates.is_month_end,
        dates.is_reported,
        dates.is_backtest,
        {{ days_from('features.last_purchase_on', 'features.as_of_on') }} as recency_days,
        {{ days_from('features.first_purchase_on', 'features.as_of_on') }} as tenure_days,
        -- mean gap of purchase days in 12 months; one day has none
        {{ days_from('features.first_purchase_12m_on', 'features.last_purchase_on') }}
        / cast(nullif(features.purchase_days_12m - 1, 0) as double) as cycle_days_12m
    from features
    inner join dates
        on features.as_of_on = dates.as_of_on

)

select * from final
