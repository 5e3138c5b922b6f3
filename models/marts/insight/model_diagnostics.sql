-- grain: one model that was fitted, or could not be, at one as-of date: how well its fit holds

with

purchases as (

    select * from {{ ref('int_value__purchase_models') }}

),

churn as (

    -- they repeat with each term
    select distinct
        'churn_' || cast(horizon_days as string) || 'd' as model,
        as_of_on,
        horizon_days,
        status,
        example_count,
        lost_count,
        origin_count,
        first_origin_on,
        last_origin_on
    from {{ ref('int_churn__model_coefficients') }}

),

clusters as (

    select
        'clusters_' || cast(fits.group_count as string) as model,
        as_of.as_of_on,
        fits.group_count as cluster_count,
        bool_or(fits.is_chosen) as is_chosen,
        max(fits.stability) as stability,
        max(fits.inertia) as mean_squared_distance,
        max(case when not fits.is_chosen then fits.customer_count end) as customer_count
    from {{ ref('int_insight__cluster_fits') }} as fits
    cross join {{ ref('int_calendar__as_of') }} as as_of
    group by fits.group_count, as_of.as_of_on

),

fits as (

    select
        'purchases' as model_family,
        model,
        as_of_on,
        status,
        is_scoring
    from purchases

    union all

    select
        'churn' as model_family,
        model,
        as_of_on,
        status,
        status = 'fitted' as is_scoring
    from churn

    union all

    select
        'clusters' as model_family,
        model,
        as_of_on,
        'fitted' as status,
        is_chosen as is_scoring
    from clusters

),

final as (

    select
        cast(fits.model as string) as model,
        cast(fits.as_of_on as date) as as_of_on,
        cast(fits.model_family as string) as model_family,
        cast(fits.status as string) as status,
        cast(statuses.label_zh as string) as status_zh,
        cast(statuses.label_en as string) as status_en,
        fits.as_of_on = as_of.as_of_on as is_latest,
        cast(fits.is_scoring as boolean) as is_scoring,
        cast(coalesce(purchases.customer_count, clusters.customer_count) as bigint) as customer_count,

        -- purchases
        cast(purchases.is_dropout_identified as boolean) as is_dropout_identified,
        cast(purchases.a / (purchases.a + purchases.b) as double) as mean_dropout,
        {%- for column in ['repeat_customer_count', 'left_out_count', 'group_count', 'evaluation_count'] %}
        cast(purchases.{{ column }} as bigint) as {{ column }},
        {%- endfor %}
        {%- for column in ['log_likelihood', 'log_likelihood_gain', 'frequency_amount_correlation', 'gradient_norm'] %}
        cast(purchases.{{ column }} as double) as {{ column }},
        {%- endfor %}

        -- churn
        cast(churn.horizon_days as integer) as horizon_days,
        cast(churn.example_count as bigint) as example_count,
        cast(churn.lost_count as bigint) as lost_count,
        cast(churn.origin_count as bigint) as origin_count,
        cast(churn.first_origin_on as date) as first_origin_on,
        cast(churn.last_origin_on as date) as last_origin_on,

        -- clusters
        cast(clusters.cluster_count as integer) as cluster_count,
        cast(clusters.stability as double) as stability,
        cast(clusters.mean_squared_distance as double) as mean_squared_distance
    from fits
    cross join {{ ref('int_calendar__as_of') }} as as_of
    inner join {{ ref('model_statuses') }} as statuses
        on fits.status = statuses.status
    left join purchases
        on
            fits.model = purchases.model
            and fits.as_of_on = purchases.as_of_on
    left join churn
        on
            fits.model = churn.model
            and fits.as_of_on = churn.as_of_on
    left join clusters
        on
            fits.model = clusters.model
            and fits.as_of_on = clusters.as_of_on

)

select * from final
