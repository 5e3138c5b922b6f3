-- grain: one customer and one origin of a horizon, as the model sees them: features on their scale, and the outcome
{{ config(materialized='view') }}

with

final as (

    select
        examples.customer_id,
        examples.as_of_on,
        examples.horizon_days,
        {%- for feature, expression in churn_features().items() %}
        cast({{ expression }} as double) as {{ feature }}_feature,
        {%- endfor %}
        features.recency_days,
        examples.until_on,
        examples.is_latest,
        examples.is_scored,
        examples.is_lost,
        examples.label_free_probability
    from {{ ref('int_churn__examples') }} as examples
    inner join {{ ref('int_churn__features') }} as features
        on
            examples.customer_id = features.customer_id
            and examples.as_of_on = features.as_of_on

)

select * from final
