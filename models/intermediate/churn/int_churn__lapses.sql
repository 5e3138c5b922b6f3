-- grain: one customer and one day on which it lapsed

-- A customer lapses on the first day with more than the months of the policy since the last purchase, however many
-- builds there have been. Who buys again and lapses once more has lapsed twice.

with

purchases as (

    select
        days.customer_id,
        days.ordered_on,
        lead(days.ordered_on) over (partition by days.customer_id order by days.ordered_on) as next_ordered_on,
        customers.as_of_on
    from {{ ref('int_value__day_versions') }} as days
    inner join {{ ref('int_churn__customers') }} as customers
        on
            days.customer_id = customers.customer_id
            and days.ordered_on <= customers.as_of_on
            and days.valid_from_on <= customers.as_of_on
            and days.valid_to_on > customers.as_of_on
    where
        days.order_count > 0
        and customers.is_latest

),

lapses as (

    select
        purchases.*,
        {{ add_days(months_before('purchases.ordered_on', '-policy.lapsed_months'), 1) }} as lapsed_on
    from purchases
    cross join {{ ref('churn_policy') }} as policy

),

final as (

    select
        customer_id,
        lapsed_on,
        ordered_on as last_purchase_on,
        next_ordered_on as returned_on,
        as_of_on
    from lapses
    where
        lapsed_on <= as_of_on
        and coalesce(lapsed_on < next_ordered_on, true)

)

select * from final
