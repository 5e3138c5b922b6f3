-- grain: one cluster and one feature: the centroid that assigns customers, in standardised units

with

fits as (

    select * from {{ ref('int_insight__cluster_fits') }}
    where is_chosen

),

final as (

    select
        cast('c' || cast(fits.cluster_number as varchar) as varchar) as cluster_code,
        cast(fits.feature as varchar) as feature,
        features.is_logarithm,
        cast(fits.feature_mean as double) as feature_mean,
        cast(fits.feature_deviation as double) as feature_deviation,
        cast(fits.centroid as double) as centroid,
        cast(policy.limit_deviations as double) as limit_deviations,
        fits.centroid is not null as is_used,
        cast(fits.customer_count as bigint) as learnt_from_count,
        cast(as_of.as_of_on as date) as as_of_on
    from fits
    cross join {{ ref('int_calendar__as_of') }} as as_of
    cross join {{ ref('cluster_policy') }} as policy
    inner join {{ ref('cluster_features') }} as features
        on fits.feature = features.feature

)

select * from final
