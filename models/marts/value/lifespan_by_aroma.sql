-- grain: one aroma

-- Measured: customers by the aroma they had bought most a year ago and ordered in the year before; lost is who has not
-- ordered since. At that rate of loss a customer stays 1 ÷ rate years.

with

dates as (

    select
        max(case when is_latest then as_of_on end) as as_of_on,
        {{ months_before('max(case when is_latest then as_of_on end)', 12) }} as year_ago_on
    from {{ ref('int_value__as_of_dates') }}

),

counted as (

    select
        aromas.aroma,
        count(*) as customer_count,
        count(case when later.last_purchase_on > dates.year_ago_on then null else 1 end) as lost_count
    from {{ ref('int_value__customer_states') }} as earlier
    inner join dates
        on earlier.as_of_on = dates.year_ago_on
    inner join {{ ref('int_value__main_aromas') }} as aromas
        on
            earlier.customer_id = aromas.customer_id
            and earlier.as_of_on = aromas.as_of_on
    inner join {{ ref('int_value__customer_states') }} as later
        on
            earlier.customer_id = later.customer_id
            and dates.as_of_on = later.as_of_on
    where earlier.frequency_12m > 0
    group by aromas.aroma

),

final as (

    select
        cast(coalesce(counted.aroma, policy.aroma) as string) as aroma,
        cast(coalesce(policy.label_en, counted.aroma) as string) as aroma_en,
        cast(
            case
                when counted.customer_count is null then 'not_measured'
                when counted.lost_count = 0 then 'nobody_lost'
                else 'measured'
            end as string
        ) as status,
        cast(coalesce(counted.customer_count, 0) as bigint) as customer_count,
        cast(coalesce(counted.lost_count, 0) as bigint) as lost_count,
        cast(counted.lost_count / cast(counted.customer_count as double) as double) as churn_rate,
        cast(counted.customer_count / cast(nullif(counted.lost_count, 0) as double) as double)
            as measured_lifespan_years,
        cast(policy.lifespan_years as double) as reference_lifespan_years,
        cast(dates.as_of_on as date) as as_of_on
    from counted
    full outer join {{ ref('aroma_lifespans') }} as policy
        on counted.aroma = policy.aroma
    cross join dates

)

select * from final
