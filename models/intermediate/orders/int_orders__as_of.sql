-- grain: one order document up to the as-of date, with what is left of it as known then

-- Models of many rows a customer or order join, group and count by the hash of the key (`customer_number`,
-- `order_number`), which is far cheaper than by the key. It holds within one build and leaves it nowhere.

with

amounts as (

    select
        {{ hashed_number('order_id') }} as order_number,
        cast(sum(net_amount) as decimal(18, 2)) as net_amount,
        cast(sum(margin_amount) as decimal(18, 4)) as margin_amount,
        bool_or(is_gift_box) as has_gift_box,
        -- the same articles have the same sum in any order
        sum(case
            when is_goods and net_amount > 0 then cast({{ hashed_number('product_id') }} as decimal(38, 0))
        end) as basket_sum
    from {{ ref('int_orders__as_of_lines') }}
    group by {{ hashed_number('order_id') }}

),

customers as (

    select
        {{ hashed_number('profiles.customer_id') }} as customer_number,
        states.customer_group,
        coalesce(profiles.province_code, profiles.country) as region
    from {{ ref('int_customers__profiles') }} as profiles
    left join {{ ref('int_value__customer_states') }} as states
        on
            profiles.customer_id = states.customer_id
            and states.is_latest

),

purchases as (

    select
        {{ hashed_number('documents.customer_id') }} as customer_number,
        documents.order_id,
        documents.ordered_at
    from {{ ref('int_orders__documents') }} as documents
    inner join amounts
        on {{ hashed_number('documents.order_id') }} = amounts.order_number
    where
        documents.document_kind = 'sale'
        and documents.customer_id <> 'unknown'
        and amounts.net_amount > 0

),

first_times as (

    select
        customer_number,
        min(ordered_at) as ordered_at
    from purchases
    group by customer_number

),

-- found by its time, so that only those of one time are ranked
first_purchases as (

    select {{ hashed_number('min(purchases.order_id)') }} as order_number
    from purchases
    inner join first_times
        on
            purchases.customer_number = first_times.customer_number
            and purchases.ordered_at = first_times.ordered_at
    group by purchases.customer_number

),

documents as (

    select
        documents.*,
        {{ hashed_number('documents.order_id') }} as order_number,
        case when documents.customer_id <> 'unknown' then {{ hashed_number('documents.customer_id') }} end
            as customer_number
    from {{ ref('int_orders__documents') }} as documents
    inner join {{ ref('int_calendar__as_of') }} as as_of
        on {{ not_after('documents.ordered_on', 'as_of.as_of_on') }}

),

final as (

    select
        documents.order_number,
        documents.customer_number,
        documents.customer_number is not null as is_known_customer,
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
        first_purchases.order_number is not null as is_first_purchase,
        case when amounts.basket_sum is not null then {{ hashed_number('amounts.basket_sum') }} end as basket_number,
        coalesce(amounts.net_amount, 0) as net_amount,
        coalesce(amounts.margin_amount, 0) as margin_amount,
        documents.ordered_on,
        documents.ordered_at,
        cast(date_trunc('month', documents.ordered_on) as date) as month_start_on
    from documents
    left join amounts
        on documents.order_number = amounts.order_number
    left join {{ ref('sales_channels') }} as channels
        on documents.channel = channels.channel
    left join customers
        on documents.customer_number = customers.customer_number
    left join first_purchases
        on documents.order_number = first_purchases.order_number

)

select * from final
