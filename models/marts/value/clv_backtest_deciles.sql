-- grain: one horizon, one method and one tenth of the customers by the net amount predicted; 1 is the highest

with

predictions as (

    select * from {{ ref('int_value__predictions') }}

),

ranked as (

    select
        *,
        ntile(10) over (
            partition by horizon_days, method order by predicted_amount desc nulls last, customer_id asc
        ) as decile
    from predictions

),

final as (

    select
        cast(horizon_days as integer) as horizon_days,
        cast(method as varchar) as method,
        cast(decile as integer) as decile,
        cast(count(*) as bigint) as customer_count,
        cast(avg(predicted_amount) as double) as predicted_mean,
        cast(avg(actual_amount) as double) as actual_mean
    from ranked
    group by horizon_days, method, decile

)

select * from final
