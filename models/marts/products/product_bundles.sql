-- grain: one month, bundle of the policy and customer group

-- Attached: orders with goods of the leading category that hold goods of the other one as well, or a ready-made set.

with

offers as (

    select * from {{ ref('bundle_offers') }}

),

flagged as (

    select
        baskets.basket_number,
        offers.bundle,
        max(case when products.category = offers.category then 1 else 0 end) as has_category,
        max(case when products.category = offers.attached_category then 1 else 0 end) as has_attached,
        max(case when products.product_line = offers.ready_made_line then 1 else 0 end) as has_ready_made
    from {{ ref('int_products__baskets') }} as baskets
    inner join {{ ref('products') }} as products
        on baskets.product_id = products.product_id
    inner join offers
        on
            products.category in (offers.category, offers.attached_category)
            or products.product_line = offers.ready_made_line
    group by baskets.basket_number, offers.bundle

),

orders as (

    select
        month_start_on,
        customer_group,
        basket_number,
        count(*) as order_count
    from {{ ref('int_orders__as_of') }}
    where
        is_purchase
        and basket_number is not null
    group by month_start_on, customer_group, basket_number

),

counted as (

    select
        orders.month_start_on,
        orders.customer_group,
        flagged.bundle,
        sum(orders.order_count * flagged.has_category) as category_order_count,
        sum(orders.order_count * flagged.has_category * flagged.has_attached) as together_order_count,
        sum(orders.order_count * flagged.has_ready_made) as ready_made_order_count,
        sum(orders.order_count * flagged.has_category * greatest(flagged.has_attached, flagged.has_ready_made))
            as attached_order_count
    from orders
    inner join flagged
        on orders.basket_number = flagged.basket_number
    group by orders.month_start_on, orders.customer_group, flagged.bundle

),

attached as (

    select
        sales.month_start_on,
        sales.customer_group,
        flagged.bundle,
        sum(sales.net_amount) as net_amount
    from {{ ref('int_products__sales') }} as sales
    inner join {{ ref('products') }} as products
        on sales.product_id = products.product_id
    inner join offers
        on products.category = offers.attached_category
    inner join flagged
        on
            sales.basket_number = flagged.basket_number
            and offers.bundle = flagged.bundle
            and flagged.has_category = 1
    where
        sales.is_purchase
        and sales.is_goods
        and sales.net_amount > 0
    group by sales.month_start_on, sales.customer_group, flagged.bundle

),

final as (

    select
        cast(counted.month_start_on as date) as month_start_on,
        cast(counted.bundle as string) as bundle,
        cast(offers.label_zh as string) as bundle_zh,
        cast(offers.label_en as string) as bundle_en,
        cast(counted.customer_group as string) as customer_group,
        cast(coalesce(labels.label_zh, {{ unknown_label('zh') }}) as string) as customer_group_zh,
        cast(coalesce(labels.label_en, {{ unknown_label('en') }}) as string) as customer_group_en,
        cast(counted.category_order_count as bigint) as category_order_count,
        cast(counted.together_order_count as bigint) as together_order_count,
        cast(counted.ready_made_order_count as bigint) as ready_made_order_count,
        cast(counted.attached_order_count as bigint) as attached_order_count,
        cast(
            counted.attached_order_count / cast(nullif(counted.category_order_count, 0) as double) as double
        ) as attach_rate,
        cast(offers.reference_rate as double) as reference_rate,
        cast(coalesce(attached.net_amount, 0) as decimal(18, 2)) as attached_net_amount
    from counted
    inner join offers
        on counted.bundle = offers.bundle
    left join attached
        on
            counted.month_start_on = attached.month_start_on
            and counted.customer_group = attached.customer_group
            and counted.bundle = attached.bundle
    left join {{ ref('customer_group_labels') }} as labels
        on counted.customer_group = labels.customer_group

)

select * from final
