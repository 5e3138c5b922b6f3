-- grain: one customer who has ever purchased, for one window of months before the as-of date

with

policy as (

    select * from {{ ref('rfm_policy') }}

),

orders as (

    select * from {{ ref('int_value__net_orders') }}

),

purchasers as (

    select
        as_of_on,
        customer_id,
        max(ordered_on) as last_purchase_on
    from orders
    where is_purchase
    group by as_of_on, customer_id

),

windows as (

    select
        purchasers.as_of_on,
        purchasers.customer_id,
        purchasers.last_purchase_on,
        policy.window_months,
        policy.monetary_basis,
        {{ months_before('purchasers.as_of_on', 'policy.window_months') }} as window_start_on
    from purchasers
    cross join policy

),

measured as (

    -- windows are (start, as of]; returns without a link count on their own day
    select
        windows.as_of_on,
        windows.window_months,
        windows.customer_id,
        min(windows.monetary_basis) as monetary_basis,
        min(windows.last_purchase_on) as last_purchase_on,
        count(case when orders.is_purchase then 1 end) as frequency,
        coalesce(sum(orders.net_amount), 0) as net_amount
    from windows
    left join orders
        on
            windows.customer_id = orders.customer_id
            and windows.as_of_on = orders.as_of_on
            and windows.window_start_on < orders.ordered_on
    group by windows.as_of_on, windows.window_months, windows.customer_id

),

final as (

    select
        as_of_on,
        window_months,
        customer_id,
        last_purchase_on,
        {{ days_from('last_purchase_on', 'as_of_on') }} as recency_days,
        frequency,
        net_amount,
        case
            when monetary_basis = 'order_value' then net_amount / nullif(frequency, 0)
            else net_amount
        end as monetary
    from measured

)

select * from final
