-- grain: one customer of the middle tier and one scored date (the latest, and the newest whose outcome is known)

-- The probability of the high tier a step of months later: the model's or, where it could not be fitted, the share of
-- the tier that rose. Where neither is measured there is none.

with

models as (

    select
        {%- for feature in upgrade_features() %}
        max(case when term = '{{ feature }}' then coefficient / deviation end) as {{ feature }}_slope,
        max(case when term = '{{ feature }}' then mean end) as {{ feature }}_mean,
        {%- endfor %}
        max(case when term = 'intercept' then coefficient end) as intercept,
        as_of_on
    from {{ ref('int_value__upgrade_coefficients') }}
    where status = 'fitted'
    group by as_of_on

),

rates as (

    select
        as_of_on,
        max(case when to_tier = 'high' then probability else 0 end) as upgrade_rate
    from {{ ref('int_value__tier_transitions') }}
    where
        from_tier = 'middle'
        and is_measured
    group by as_of_on

),

scored as (

    select
        inputs.customer_id,
        inputs.as_of_on,
        inputs.is_latest,
        inputs.is_tested,
        inputs.is_upgraded,
        rates.upgrade_rate,
        models.intercept
        {%- for feature in upgrade_features() %}
        + models.{{ feature }}_slope * (inputs.{{ feature }}_feature - models.{{ feature }}_mean)
        {%- endfor %} as log_odds
    from {{ ref('int_value__upgrade_inputs') }} as inputs
    left join models
        on inputs.as_of_on = models.as_of_on
    left join rates
        on inputs.as_of_on = rates.as_of_on
    where
        inputs.is_latest
        or inputs.is_tested

),

final as (

    select
        customer_id,
        as_of_on,
        is_latest,
        is_tested,
        is_upgraded,
        coalesce({{ logistic('log_odds') }}, upgrade_rate) as upgrade_probability,
        case when log_odds is not null then 'model' when upgrade_rate is not null then 'tier_rate' end as upgrade_basis
    from scored

)

select * from final
