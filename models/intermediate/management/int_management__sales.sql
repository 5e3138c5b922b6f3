-- grain: one day and combination of region, channel, customer group and tier, with what was sold on it

-- Group and tier are those of the end of the month.

with

months as (

    select * from {{ ref('int_management__months') }}

),

orders as (

    select
        orders.*,
        months.as_of_on
    from {{ ref('int_orders__as_of') }} as orders
    inner join months
        on orders.month_start_on = months.month_start_on

),

states as (

    select
        {{ hashed_number('customer_id') }} as customer_number,
        as_of_on,
        customer_group,
        value_tier
    from {{ ref('int_value__customer_states') }}
    where customer_group is not null

),

final as (

    select
        orders.month_start_on,
        orders.ordered_on,
        orders.region,
        orders.channel,
        coalesce(states.customer_group, 'unknown') as customer_group,
        coalesce(states.value_tier, 'unknown') as value_tier,
        {{ sales_sums() }}
    from orders
    left join states
        on
            orders.customer_number = states.customer_number
            and orders.as_of_on = states.as_of_on
    group by
        orders.month_start_on,
        orders.ordered_on,
        orders.region,
        orders.channel,
        coalesce(states.customer_group, 'unknown'),
        coalesce(states.value_tier, 'unknown')

)

select * from final
