-- grain: one customer, and one row `unknown` that carries the orders nobody is named on

with

records as (

    select
        ids.customer_id,
        customers.source_system,
        customers.source_customer_id,
        customers.country
    from {{ ref('input__customers') }} as customers
    inner join {{ ref('int_customers__ids') }} as ids
        on
            customers.source_system = ids.source_system
            and customers.source_customer_id = ids.source_customer_id

),

orders as (

    select
        customer_id,
        count(case when is_purchase then 1 end) as purchase_count,
        sum(gross_amount) as gross_amount,
        sum(net_amount) as net_amount,
        min(case when is_purchase then ordered_on end) as first_purchase_on,
        max(case when is_purchase then ordered_on end) as last_purchase_on
    from {{ ref('orders') }}
    group by customer_id

),

people as (

    select
        customer_id,
        country,
        true as is_known
    from records

    union all

    select
        'unknown' as customer_id,
        cast(null as varchar) as country,
        false as is_known

),

final as (

    select
        cast(people.customer_id as varchar) as customer_id,
        cast(people.country as varchar) as country,
        people.is_known,
        coalesce(orders.purchase_count, 0) > 0 as has_purchased,
        cast(coalesce(orders.purchase_count, 0) as bigint) as purchase_count,
        cast(coalesce(orders.gross_amount, 0) as decimal(18, 2)) as gross_amount,
        cast(coalesce(orders.net_amount, 0) as decimal(18, 2)) as net_amount,
        cast(orders.first_purchase_on as date) as first_purchase_on,
        cast(orders.last_purchase_on as date) as last_purchase_on
    from people
    left join orders
        on people.customer_id = orders.customer_id

)

select * from final
