-- grain: one cluster and one feature: the centroid that assigns customers, in standardised units

with

fits as (

    select * from {{ ref('int_insight__cluster_fits') }}
    where is_chosen

),

final as (

    select
        'clusters_' || cast(fits.group_count as string) as model,
        'c' || cast(fits.cluster_number as string) as cluster_code,
        fits.feature,
        features.is_logarithm,
        fits.feature_mean,
        fits.feature_deviation,
        fits.centroid,
        policy.limit_deviations,
        fits.centroid is not null as is_used,
        fits.customer_count
    from fits
    cross join {{ ref('cluster_policy') }} as policy
    inner join {{ ref('cluster_features') }} as features
        on fits.feature = features.feature

)

select * from final
