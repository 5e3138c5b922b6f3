-- grain: one line of an order document

with

lines as (

    select * from {{ ref('int_orders__lines') }}

),

links as (

    select * from {{ ref('int_orders__netting_links') }}
    where superseded_on is null

),

netted_sales as (

    select
        sale_item_id as order_item_id,
        sum(netted_quantity) as netted_quantity,
        sum(netted_amount) as netted_amount,
        max(netted_on) as netted_on
    from links
    group by sale_item_id

),

netted_returns as (

    select
        return_item_id as order_item_id,
        min(sale_item_id) as netted_item_id,
        sum(netted_amount) as netted_amount,
        max(netted_on) as netted_on
    from links
    group by return_item_id

),

final as (

    select
        -- keys
        cast(lines.order_item_id as string) as order_item_id,
        cast(lines.order_id as string) as order_id,
        cast(lines.customer_id as string) as customer_id,
        cast(lines.product_id as string) as product_id,
        cast(netted_returns.netted_item_id as string) as netted_item_id,

        -- attributes
        cast(lines.line_kind as string) as line_kind,

        -- measures
        cast(lines.quantity as decimal(18, 3)) as quantity,
        cast(lines.unit_price as decimal(18, 4)) as unit_price,
        cast(case when lines.line_kind = 'sale' then lines.amount else 0 end as decimal(18, 2))
            as gross_amount,
        cast(case when lines.line_kind = 'return' then lines.amount else 0 end as decimal(18, 2))
            as return_amount,
        cast(coalesce(netted_sales.netted_quantity, 0) as decimal(18, 3)) as netted_quantity,
        cast(coalesce(netted_sales.netted_amount, 0) as decimal(18, 2)) as netted_amount,
        cast(
            lines.amount
            - coalesce(netted_sales.netted_amount, 0)
            + coalesce(netted_returns.netted_amount, 0)
            as decimal(18, 2)
        ) as net_amount,
        cast(lines.unearned_amount as decimal(18, 2)) as unearned_amount,
        cast(lines.original_amount as decimal(18, 2)) as original_amount,

        -- dates
        cast(lines.ordered_on as date) as ordered_on,
        cast(coalesce(netted_sales.netted_on, netted_returns.netted_on) as date) as netted_on
    from lines
    left join netted_sales
        on lines.order_item_id = netted_sales.order_item_id
    left join netted_returns
        on lines.order_item_id = netted_returns.order_item_id

)

select * from final
