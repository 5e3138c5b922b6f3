-- grain: one customer who had purchased, for one window of months that keeps a history (policy), at one month's end

with

classes as (

    select * from {{ ref('int_value__rfm_classes') }}
    where is_history

),

final as (

    select
        cast(customer_id as varchar) as customer_id,
        cast(window_months as integer) as window_months,
        cast(as_of_on as date) as as_of_on,
        cast(parameters_as_of_on as date) as parameters_as_of_on,
        cast(rfm_class as varchar) as rfm_class,
        cast(action_group as varchar) as action_group,
        cast(recency_score as integer) as recency_score,
        cast(frequency_score as integer) as frequency_score,
        cast(monetary_score as integer) as monetary_score,
        cast(recency_days as integer) as recency_days,
        cast(frequency as bigint) as frequency,
        cast(net_amount as decimal(18, 2)) as net_amount
    from classes

)

select * from final
