-- grain: one order document up to the as-of date, with what is left of it as known then

with

amounts as (

    select
        order_id,
        sum(net_amount) as net_amount,
        sum(margin_amount) as margin_amount,
        bool_or(is_gift_box) as has_gift_box
    from {{ ref('int_orders__as_of_lines') }}
    group by order_id

),

customers as (

    select
        numbers.customer_id,
        numbers.customer_number,
        states.customer_group,
        coalesce(profiles.province_code, profiles.country) as region
    from {{ ref('int_customers__numbers') }} as numbers
    inner join {{ ref('int_customers__profiles') }} as profiles
        on numbers.customer_id = profiles.customer_id
    left join {{ ref('int_value__customer_states') }} as states
        on
            numbers.customer_id = states.customer_id
            and states.is_latest

),

described as (

    select
        documents.order_id,
        {{ hashed_number('documents.order_id') }} as order_number,
        documents.customer_id,
        customers.customer_number,
        documents.customer_id <> 'unknown' as is_known_customer,
        coalesce(customers.customer_group, 'unknown') as customer_group,
        coalesce(documents.channel, 'unknown') as channel,
        coalesce(channels.is_online, false) as is_online,
        documents.platform,
        -- ordered online, handed over in a store
        coalesce(channels.is_online, false) and documents.store_code is not null as is_collected,
        documents.dealer_code,
        documents.purpose,
        documents.is_gift,
        coalesce(amounts.has_gift_box, false) as has_gift_box,
        coalesce(documents.province_code, documents.country, customers.region, 'unknown') as region,
        documents.document_kind = 'sale' and coalesce(amounts.net_amount, 0) > 0 as is_purchase,
        cast(coalesce(amounts.net_amount, 0) as decimal(18, 2)) as net_amount,
        cast(coalesce(amounts.margin_amount, 0) as decimal(18, 4)) as margin_amount,
        documents.ordered_on,
        documents.ordered_at,
        cast(date_trunc('month', documents.ordered_on) as date) as month_start_on
    from {{ ref('int_orders__documents') }} as documents
    inner join {{ ref('int_calendar__as_of') }} as as_of
        on documents.ordered_on <= as_of.as_of_on
    left join amounts
        on documents.order_id = amounts.order_id
    left join {{ ref('sales_channels') }} as channels
        on documents.channel = channels.channel
    left join customers
        on documents.customer_id = customers.customer_id

),

first_times as (

    select
        customer_id,
        min(ordered_at) as ordered_at
    from described
    where
        is_purchase
        and is_known_customer
    group by customer_id

),

-- found by its time, so that only those of one time are ranked
first_purchases as (

    select
        described.customer_id,
        min(described.order_id) as order_id
    from described
    inner join first_times
        on
            described.customer_id = first_times.customer_id
            and described.ordered_at = first_times.ordered_at
    where described.is_purchase
    group by described.customer_id

),

final as (

    select
        described.*,
        first_purchases.order_id is not null as is_first_purchase
    from described
    left join first_purchases
        on
            described.customer_id = first_purchases.customer_id
            and described.order_id = first_purchases.order_id

)

select * from final
