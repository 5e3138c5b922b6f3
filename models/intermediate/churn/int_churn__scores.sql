-- grain: one customer and one horizon at one scored date: P(no purchase) by each method

-- `probability` is what the policy makes of them: the logistic model, as fitted or recalibrated on the newest horizon
-- that is over, and the purchase model where there is no fit.

with

inputs as (

    select * from {{ ref('int_churn__model_inputs') }}
    where is_scored

),

examples as (

    select * from {{ ref('int_churn__examples') }}
    where is_scored

),

features as (

    select
        customer_id,
        as_of_on,
        recency_days
    from {{ ref('int_churn__features') }}

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
        examples.customer_id,
        examples.as_of_on,
        examples.horizon_days,
        examples.until_on,
        examples.is_latest,
        examples.is_lost,
        features.recency_days,
        examples.alive_probability,
        examples.label_free_probability,
        {{ logistic('log_odds.log_odds') }} as logistic_probability,
        {{ logistic('(log_odds.calibration_intercept + log_odds.calibration_slope * log_odds.log_odds)') }}
            as recalibrated_probability
    from examples
    inner join log_odds
        on
            examples.customer_id = log_odds.customer_id
            and examples.as_of_on = log_odds.as_of_on
            and examples.horizon_days = log_odds.horizon_days
    inner join features
        on
            examples.customer_id = features.customer_id
            and examples.as_of_on = features.as_of_on

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
