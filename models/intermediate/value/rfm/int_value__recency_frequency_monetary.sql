-- grain: one customer who has ever purchased, for one window of months (policy) before one as-of date

-- A view: the columns that RFM reads of the base features, one row per window.
{{ config(materialized='view') }}

with

features as (

    select * from {{ ref('int_value__base_features') }}
    where is_latest or is_month_end

),

dates as (

    select * from {{ ref('int_value__as_of_dates') }}

),

policy as (

    select * from {{ ref('rfm_policy') }}

),

measured as (

    select
        features.as_of_on,
        case policy.parameters_frozen
            when 'quarter' then dates.parameters_as_of_on
            else features.as_of_on
        end as parameters_as_of_on,
        features.is_latest,
        features.is_reported and policy.keeps_history as is_history,
        policy.window_months,
        policy.monetary_basis,
        features.customer_id,
        features.last_purchase_on,
        features.recency_days,
        case policy.window_months when 6 then features.frequency_6m else features.frequency_12m end as frequency,
        case policy.window_months when 6 then features.net_amount_6m else features.net_amount_12m end as net_amount
    from features
    inner join dates
        on features.as_of_on = dates.as_of_on
    cross join policy

),

final as (

    select
        measured.*,
        case
            when measured.monetary_basis = 'order_value' then measured.net_amount / nullif(measured.frequency, 0)
            else measured.net_amount
        end as monetary
    from measured

)

select * from final
