-- grain: one purchase history (x, t_x, age) at an as-of date that a model is fitted for

with

customers as (

    select * from {{ ref('int_value__base_features') }}
    where is_latest or is_backtest

),

final as (

    select
        as_of_on,
        cast(purchase_days - 1 as integer) as x,
        cast({{ days_from('first_purchase_on', 'last_purchase_on') }} as integer) as t_x,
        cast(tenure_days as integer) as age_days,
        count(*) as customer_count
    from customers
    group by 1, 2, 3, 4

)

select * from final
