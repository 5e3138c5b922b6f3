-- What a customer's purchases earned is the same in value and in the figures of orders, products and management, which
-- are worked out apart: the one from versions of days, the other from what is left of each line.

with

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

valued as (

    select
        {{ hashed_number('days.customer_id') }} as customer_number,
        sum(days.margin_amount) as margin_amount
    from {{ ref('int_value__day_versions') }} as days
    inner join as_of
        on
            days.valid_from_on <= as_of.as_of_on
            and days.valid_to_on > as_of.as_of_on
    group by {{ hashed_number('days.customer_id') }}

),

sold as (

    select
        customer_number,
        sum(margin_amount) as margin_amount
    from {{ ref('int_orders__as_of') }}
    where
        is_purchase
        and is_known_customer
    group by customer_number

)

select
    coalesce(valued.customer_number, sold.customer_number) as customer_number,
    valued.margin_amount as valued_amount,
    sold.margin_amount as sold_amount
from valued
full join sold
    on valued.customer_number = sold.customer_number
where abs(coalesce(valued.margin_amount, 0) - coalesce(sold.margin_amount, 0)) > 0.01
