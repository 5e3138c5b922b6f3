-- grain: one fitted model, one as-of date, one segment that it is fitted for, and one parameter

with

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

parameters as (

    select
        'purchases' as model_family,
        model,
        as_of_on,
        null as horizon_days,
        'all' as segment,
        parameter,
        unit,
        is_latest,
        is_scoring,
        estimate,
        standard_error,
        null as feature_mean,
        null as feature_deviation,
        null as is_logarithm,
        null as limit_deviations,
        null as threshold_method,
        null as customer_count
    from {{ ref('int_value__purchase_parameters') }}

    union all

    select
        'churn' as model_family,
        'churn_' || cast(coefficients.horizon_days as string) || 'd' as model,
        coefficients.as_of_on,
        coefficients.horizon_days,
        'all' as segment,
        coefficients.term as parameter,
        null as unit,
        coefficients.as_of_on = as_of.as_of_on as is_latest,
        coefficients.status = 'fitted' as is_scoring,
        coefficients.coefficient as estimate,
        coefficients.standard_error,
        coefficients.mean as feature_mean,
        coefficients.deviation as feature_deviation,
        null as is_logarithm,
        null as limit_deviations,
        null as threshold_method,
        null as customer_count
    from {{ ref('int_churn__model_coefficients') }} as coefficients
    cross join as_of
    -- stands for a date that has too little behind it
    where coefficients.term <> 'none'

    union all

    select
        'clusters' as model_family,
        centroids.model,
        as_of.as_of_on,
        null as horizon_days,
        centroids.cluster_code as segment,
        centroids.feature as parameter,
        null as unit,
        true as is_latest,
        true as is_scoring,
        centroids.centroid as estimate,
        null as standard_error,
        centroids.feature_mean,
        centroids.feature_deviation,
        centroids.is_logarithm,
        centroids.limit_deviations,
        null as threshold_method,
        centroids.customer_count
    from {{ ref('int_insight__cluster_parameters') }} as centroids
    cross join as_of
    {%- for measure, unit in [('recency_days', 'day'), ('frequency', '1'), ('monetary', var('currency'))] %}
    {%- for statistic in ['threshold', 'mean', 'p20', 'p40', 'p50', 'p60', 'p80'] %}

    union all

    select
        'rfm' as model_family,
        'rfm_' || cast(window_months as string) || 'm' as model,
        parameters_as_of_on as as_of_on,
        null as horizon_days,
        'all' as segment,
        '{{ measure }}_{{ statistic }}' as parameter,
        '{{ unit }}' as unit,
        parameters_as_of_on = max(parameters_as_of_on) over (partition by window_months) as is_latest,
        true as is_scoring,
        {{ measure }}_{{ statistic }} as estimate,
        null as standard_error,
        null as feature_mean,
        null as feature_deviation,
        null as is_logarithm,
        null as limit_deviations,
        threshold_method,
        customer_count
    from {{ ref('int_value__rfm_parameters') }}
    {%- endfor %}
    {%- endfor %}

),

final as (

    select
        cast(model as string) as model,
        cast(as_of_on as date) as as_of_on,
        cast(segment as string) as segment,
        cast(parameter as string) as parameter,
        cast(model_family as string) as model_family,
        cast(horizon_days as integer) as horizon_days,
        cast(unit as string) as unit,
        cast(is_latest as boolean) as is_latest,
        cast(is_scoring as boolean) as is_scoring,
        cast(estimate as double) as estimate,
        cast(standard_error as double) as standard_error,
        cast(feature_mean as double) as feature_mean,
        cast(feature_deviation as double) as feature_deviation,
        cast(is_logarithm as boolean) as is_logarithm,
        cast(limit_deviations as double) as limit_deviations,
        cast(threshold_method as string) as threshold_method,
        cast(customer_count as bigint) as customer_count
    from parameters

)

select * from final
