-- grain: one month, bundle of the policy and customer group

-- Attached: orders with goods of the leading category that hold goods of the other one as well, or a ready-made set.

with

offers as (

    select * from {{ ref('bundle_offers') }}

),

baskets as (

    select
        sales.month_start_on,
        sales.customer_group,
        sales.order_number,
        offers.bundle,
        max(case when products.category = offers.category then 1 else 0 end) as has_category,
        max(case when products.category = offers.attached_category then 1 else 0 end) as has_attached,
        max(case when products.product_line = offers.ready_made_line then 1 else 0 end) as has_ready_made,
        sum(case when products.category = offers.attached_category then sales.net_amount else 0 end)
            as attached_amount
    from {{ ref('int_products__sales') }} as sales
    inner join {{ ref('products') }} as products
        on sales.product_id = products.product_id
    inner join offers
        on
            products.category in (offers.category, offers.attached_category)
            or products.product_line = offers.ready_made_line
    where
        sales.is_purchase
        and sales.net_amount > 0
    group by sales.month_start_on, sales.customer_group, sales.order_number, offers.bundle

),

counted as (

    select
        month_start_on,
        customer_group,
        bundle,
        sum(has_category) as category_order_count,
        sum(has_category * has_attached) as together_order_count,
        sum(has_ready_made) as ready_made_order_count,
        sum(has_category * greatest(has_attached, has_ready_made)) as attached_order_count,
        sum(case when has_category = 1 then attached_amount else 0 end) as attached_net_amount
    from baskets
    group by month_start_on, customer_group, bundle

),

final as (

    select
        cast(counted.month_start_on as date) as month_start_on,
        cast(counted.bundle as varchar) as bundle,
        cast(offers.label_zh as varchar) as bundle_zh,
        cast(offers.label_en as varchar) as bundle_en,
        cast(counted.customer_group as varchar) as customer_group,
        cast(coalesce(labels.label_zh, {{ unknown_label('zh') }}) as varchar) as customer_group_zh,
        cast(coalesce(labels.label_en, {{ unknown_label('en') }}) as varchar) as customer_group_en,
        cast(counted.category_order_count as bigint) as category_order_count,
        cast(counted.together_order_count as bigint) as together_order_count,
        cast(counted.ready_made_order_count as bigint) as ready_made_order_count,
        cast(counted.attached_order_count as bigint) as attached_order_count,
        cast(
            counted.attached_order_count / cast(nullif(counted.category_order_count, 0) as double) as double
        ) as attach_rate,
        cast(offers.reference_rate as double) as reference_rate,
        cast(counted.attached_net_amount as decimal(18, 2)) as attached_net_amount
    from counted
    inner join offers
        on counted.bundle = offers.bundle
    left join {{ ref('customer_group_labels') }} as labels
        on counted.customer_group = labels.customer_group

)

select * from final
