-- grain: one customer with more than one purchase day, at the latest as-of date and at each origin of a back-test

-- What the order value model reads: the first purchase day is no repeat and is left out.

with

customers as (

    select
        customer_id,
        as_of_on,
        first_purchase_on,
        purchase_days
    from {{ ref('int_value__base_features') }}
    where (is_latest or is_backtest) and purchase_days > 1

),

days as (

    select * from {{ ref('int_value__day_versions') }}
    where order_count > 0

),

final as (

    select
        customers.customer_id,
        customers.as_of_on,
        customers.purchase_days - 1 as repeat_days,
        cast(sum(days.purchase_amount) as decimal(18, 2)) as repeat_amount,
        cast(sum(days.margin_amount) as decimal(18, 4)) as repeat_margin
    from customers
    inner join days
        on
            customers.customer_id = days.customer_id
            and customers.first_purchase_on < days.ordered_on
            and customers.as_of_on >= days.valid_from_on
            and customers.as_of_on < days.valid_to_on
    group by customers.customer_id, customers.as_of_on, customers.purchase_days

)

select * from final
