-- grain: one customer and one horizon at one scored date: P(no purchase) by each method

-- `probability` is what the policy makes of them: the logistic model, as fitted or recalibrated on the newest horizon
-- that is over, and the rate grid where there is no fit. Without a grid there is none
-- (int_churn__verdicts).

with

inputs as (

    select * from {{ ref('int_churn__model_inputs') }}
    where is_scored

),

models as (

    select
        as_of_on,
        horizon_days,
        max(case when term = 'intercept' then coefficient end) as intercept,
        {%- for feature in churn_features() %}
        max(case when term = '{{ feature }}' then coefficient / deviation end) as {{ feature }}_slope,
        max(case when term = '{{ feature }}' then mean end) as {{ feature }}_mean,
        {%- endfor %}
        max(case when term = 'calibration_intercept' then coefficient end) as calibration_intercept,
        max(case when term = 'calibration_slope' then coefficient end) as calibration_slope
    from {{ ref('int_churn__model_coefficients') }}
    where status = 'fitted'
    group by as_of_on, horizon_days

),

log_odds as (

    select
        inputs.customer_id,
        inputs.as_of_on,
        inputs.horizon_days,
        inputs.until_on,
        inputs.is_latest,
        inputs.is_lost,
        inputs.recency_days,
        inputs.label_free_probability,
        models.calibration_intercept,
        models.calibration_slope,
        models.intercept
        {%- for feature in churn_features() %}
        + models.{{ feature }}_slope * (inputs.{{ feature }}_feature - models.{{ feature }}_mean)
        {%- endfor %} as log_odds
    from inputs
    left join models
        on
            inputs.as_of_on = models.as_of_on
            and inputs.horizon_days = models.horizon_days

),

scored as (

    select
        customer_id,
        as_of_on,
        horizon_days,
        until_on,
        is_latest,
        is_lost,
        recency_days,
        label_free_probability,
        {{ logistic('log_odds') }} as logistic_probability,
        {{ logistic('(calibration_intercept + calibration_slope * log_odds)') }} as recalibrated_probability
    from log_odds

),

final as (

    select
        scored.*,
        coalesce(
            case policy.probability
                when 'recalibrated' then scored.recalibrated_probability
                when 'logistic' then scored.logistic_probability
            end,
            scored.label_free_probability
        ) as probability
    from scored
    cross join {{ ref('churn_policy') }} as policy

)

select * from final
