-- grain: one customer with a net amount in 12 months, as of the latest date or one month's end of the history

with

states as (

    select * from {{ ref('int_value__customer_states') }}
    where
        abc_class is not null
        and (is_latest or is_reported)

),

final as (

    select
        cast(customer_id as varchar) as customer_id,
        cast(as_of_on as date) as as_of_on,
        is_latest,
        cast(abc_class as varchar) as abc_class,
        cast(net_amount_12m as decimal(18, 2)) as net_amount_12m
    from states

)

select * from final
