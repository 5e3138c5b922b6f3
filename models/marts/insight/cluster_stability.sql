-- grain: one number of clusters that was tried

with

fits as (

    select * from {{ ref('int_insight__cluster_fits') }}

),

chosen as (

    select distinct group_count
    from fits
    where is_chosen

),

final as (

    select
        cast(fits.group_count as integer) as cluster_count,
        chosen.group_count is not null as is_chosen,
        cast(fits.stability as double) as stability,
        cast(fits.inertia as double) as mean_squared_distance,
        cast(fits.customer_count as bigint) as learnt_from_count,
        cast(as_of.as_of_on as date) as as_of_on
    from fits
    cross join {{ ref('int_calendar__as_of') }} as as_of
    left join chosen
        on fits.group_count = chosen.group_count
    where not fits.is_chosen

)

select * from final
