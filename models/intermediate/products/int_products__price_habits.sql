-- grain: one customer as of a date that is served: the price band most of the money went to

-- The latest date as everywhere else (int_value__price_habits); earlier ones by what was known then, lines as sold.

with

served_dates as (

    select distinct
        as_of_on,
        is_latest
    from {{ ref('int_products__origins') }}

),

sales as (

    select
        purchases.customer_number,
        origins.as_of_on,
        purchases.gross_amount / purchases.quantity as unit_price,
        purchases.gross_amount as amount
    from {{ ref('int_products__purchases') }} as purchases
    cross join {{ ref('suggestion_policy') }} as policy
    inner join served_dates as origins
        on
            not origins.is_latest
            and purchases.ordered_on <= origins.as_of_on
            and purchases.ordered_on > {{ months_before('origins.as_of_on', 'policy.habit_months') }}
    where purchases.is_drawn

),

earlier as (

    {{ price_habits('sales', 'customer_number') }}

),

final as (

    select
        customer_number,
        as_of_on,
        band_rank
    from earlier

    union all

    select
        {{ hashed_number('habits.customer_id') }} as customer_number,
        origins.as_of_on,
        habits.band_rank
    from {{ ref('int_value__price_habits') }} as habits
    inner join served_dates as origins
        on origins.is_latest

)

select * from final
