-- grain: one month and customer group: goods made to order against the others

with

sales as (

    select
        sales.month_start_on,
        sales.customer_group,
        coalesce(products.is_customised, false) as is_customised,
        sales.is_purchase,
        sales.order_number,
        sales.net_amount,
        sales.margin_amount
    from {{ ref('int_products__sales') }} as sales
    inner join {{ ref('products') }} as products
        on
            sales.product_id = products.product_id
            and products.is_goods

),

counted as (

    select
        month_start_on,
        customer_group,
        count(distinct case when is_purchase then order_number end) as order_count,
        count(distinct case when is_purchase and is_customised then order_number end) as customised_order_count,
        sum(net_amount) as net_amount,
        sum(margin_amount) as margin_amount,
        sum(case when is_customised then net_amount else 0 end) as customised_net_amount,
        sum(case when is_customised then margin_amount else 0 end) as customised_margin_amount
    from sales
    group by month_start_on, customer_group

),

final as (

    select
        cast(counted.month_start_on as date) as month_start_on,
        cast(counted.customer_group as string) as customer_group,
        cast(coalesce(labels.label_zh, {{ unknown_label('zh') }}) as string) as customer_group_zh,
        cast(coalesce(labels.label_en, {{ unknown_label('en') }}) as string) as customer_group_en,
        cast(counted.order_count as bigint) as order_count,
        cast(counted.customised_order_count as bigint) as customised_order_count,
        cast(counted.net_amount as decimal(18, 2)) as net_amount,
        cast(counted.margin_amount as decimal(18, 2)) as margin_amount,
        cast(counted.customised_net_amount as decimal(18, 2)) as customised_net_amount,
        cast(counted.customised_margin_amount as decimal(18, 2)) as customised_margin_amount,
        cast(cast(counted.customised_net_amount as double) / nullif(counted.net_amount, 0) as double)
            as customised_share,
        cast(counted.customised_margin_amount / nullif(counted.customised_net_amount, 0) as double)
            as customised_margin_rate,
        cast(
            (counted.margin_amount - counted.customised_margin_amount)
            / nullif(counted.net_amount - counted.customised_net_amount, 0) as double
        ) as other_margin_rate,
        cast(
            cast(counted.customised_margin_amount / nullif(counted.customised_net_amount, 0) as double)
            / nullif(
                cast(
                    (counted.margin_amount - counted.customised_margin_amount)
                    / nullif(counted.net_amount - counted.customised_net_amount, 0) as double
                ), 0
            ) as double
        ) as margin_ratio,
        cast(policy.reference_customised_margin_ratio as double) as reference_margin_ratio
    from counted
    cross join {{ ref('contribution_policy') }} as policy
    left join {{ ref('customer_group_labels') }} as labels
        on counted.customer_group = labels.customer_group

)

select * from final
