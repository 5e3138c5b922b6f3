-- grain: one month, product line and customer group

-- Every line and group has a row in every month from its first sale on, so that twelve months can be added; months and
-- lines add up to all orders. What has no line is under `none`, and charges under their kind (delivery, discount ...).

with

sales as (

    select
        sales.*,
        case
            when products.is_goods then coalesce(products.product_line, 'none')
            else coalesce(products.product_kind, 'none')
        end as product_line,
        coalesce(products.is_goods, true) as is_goods_line
    from {{ ref('int_products__sales') }} as sales
    left join {{ ref('products') }} as products
        on sales.product_id = products.product_id

),

sold as (

    select
        month_start_on,
        product_line,
        customer_group,
        bool_and(is_goods_line) as is_goods,
        count(distinct case when is_purchase then order_number end) as order_count,
        sum(case when gross_amount > 0 then quantity else 0 end) as quantity_sold,
        sum(net_amount) as net_amount,
        sum(margin_amount) as margin_amount
    from sales
    group by month_start_on, product_line, customer_group

),

first_months as (

    select
        product_line,
        customer_group,
        bool_and(is_goods) as is_goods,
        min(month_start_on) as first_month_on
    from sold
    group by product_line, customer_group

),

months as (

    select distinct month_start_on from sold

),

grid as (

    select
        months.month_start_on,
        first_months.product_line,
        first_months.customer_group,
        first_months.is_goods
    from first_months
    inner join months
        on first_months.first_month_on <= months.month_start_on

),

filled as (

    select
        grid.*,
        coalesce(sold.order_count, 0) as order_count,
        coalesce(sold.quantity_sold, 0) as quantity_sold,
        coalesce(sold.net_amount, 0) as net_amount,
        coalesce(sold.margin_amount, 0) as margin_amount
    from grid
    left join sold
        on
            grid.month_start_on = sold.month_start_on
            and grid.product_line = sold.product_line
            and grid.customer_group = sold.customer_group

),

rolled as (

    select
        *,
        {%- for measure in ['net_amount', 'margin_amount'] %}
        sum({{ measure }}) over (
            partition by product_line, customer_group order by month_start_on asc
            range between interval 11 months preceding and current row
        ) as {{ measure }}_12m,
        {%- endfor %}
        cast(net_amount as double)
        / nullif(sum(net_amount) over (partition by month_start_on, customer_group), 0) as revenue_share
    from filled

),

shared as (

    select
        *,
        cast(net_amount_12m as double)
        / nullif(sum(net_amount_12m) over (partition by month_start_on, customer_group), 0) as revenue_share_12m,
        cast(sum(net_amount_12m) over (partition by month_start_on, product_line) as double)
        / nullif(sum(net_amount_12m) over (partition by month_start_on), 0) as line_share_12m
    from rolled

),

ranked as (

    select
        *,
        dense_rank() over (
            partition by month_start_on, is_goods order by line_share_12m desc nulls last, product_line asc
        ) as line_rank
    from shared

),

final as (

    select
        cast(ranked.month_start_on as date) as month_start_on,
        cast(ranked.product_line as string) as product_line,
        cast(ranked.customer_group as string) as customer_group,
        cast(coalesce(labels.label_zh, {{ unknown_label('zh') }}) as string) as customer_group_zh,
        cast(coalesce(labels.label_en, {{ unknown_label('en') }}) as string) as customer_group_en,
        ranked.is_goods,
        cast(ranked.order_count as bigint) as order_count,
        cast(ranked.quantity_sold as decimal(18, 3)) as quantity_sold,
        cast(ranked.net_amount as decimal(18, 2)) as net_amount,
        cast(ranked.margin_amount as decimal(18, 2)) as margin_amount,
        cast(ranked.margin_amount / nullif(ranked.net_amount, 0) as double) as margin_rate,
        cast(ranked.revenue_share as double) as revenue_share,
        cast(ranked.net_amount_12m as decimal(18, 2)) as net_amount_12m,
        cast(ranked.margin_amount_12m as decimal(18, 2)) as margin_amount_12m,
        cast(ranked.revenue_share_12m as double) as revenue_share_12m,
        cast(ranked.line_share_12m as double) as line_share_12m,
        ranked.is_goods and ranked.line_rank = 1 as is_core_line,
        ranked.is_goods and ranked.line_share_12m < policy.weak_share_below as is_weak_line,
        cast(policy.reference_core_share as double) as reference_core_share
    from ranked
    cross join {{ ref('contribution_policy') }} as policy
    left join {{ ref('customer_group_labels') }} as labels
        on ranked.customer_group = labels.customer_group

)

select * from final
