-- grain: one customer with an order in 24 months: the nearest cluster

with

parameters as (

    select * from {{ ref('int_insight__cluster_parameters') }}
    where is_used

),

distances as (

    select
        feature_values.customer_number,
        parameters.cluster_code,
        sqrt({{ exact_sum(
            'power(
                least(
                    greatest(
                        (feature_values.feature_value - parameters.feature_mean) / parameters.feature_deviation,
                        -parameters.limit_deviations
                    ),
                    parameters.limit_deviations
                ) - parameters.centroid,
                2
            )'
        ) }}) as distance
    from {{ ref('int_insight__cluster_values') }} as feature_values
    inner join parameters
        on feature_values.feature = parameters.feature
    group by feature_values.customer_number, parameters.cluster_code

),

ranked as (

    select
        *,
        row_number() over (
            partition by customer_number order by distance asc nulls last, cluster_code asc
        ) as distance_rank,
        lead(distance) over (partition by customer_number order by distance asc nulls last, cluster_code asc)
            as next_distance
    from distances

),

final as (

    select
        cast(customers.customer_id as string) as customer_id,
        cast(ranked.cluster_code as string) as cluster_code,
        cast(profiles.profile_zh as string) as cluster_zh,
        cast(profiles.profile_en as string) as cluster_en,
        cast(ranked.distance as double) as distance,
        -- 0 on the border to the next cluster, 1 at the centroid
        cast(1 - ranked.distance / nullif(ranked.next_distance, 0) as double) as certainty,
        cast(as_of.as_of_on as date) as as_of_on
    from ranked
    cross join {{ ref('int_calendar__as_of') }} as as_of
    inner join {{ ref('int_customers__profiles') }} as customers
        on ranked.customer_number = {{ hashed_number('customers.customer_id') }}
    left join {{ ref('int_insight__cluster_words') }} as profiles
        on ranked.cluster_code = profiles.cluster_code
    where ranked.distance_rank = 1

)

select * from final
