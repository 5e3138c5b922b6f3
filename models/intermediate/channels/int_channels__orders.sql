-- grain: one order document up to the as-of date, with what is left of it as known then

with

lines as (

    select
        order_id,
        customer_id,
        customer_group,
        channel,
        platform,
        store_code,
        province_code,
        is_purchase,
        ordered_on,
        ordered_at,
        month_start_on,
        sum(net_amount) as net_amount,
        sum(margin_amount) as margin_amount
    from {{ ref('int_products__sales') }}
    group by
        order_id, customer_id, customer_group, channel, platform, store_code, province_code, is_purchase, ordered_on,
        ordered_at, month_start_on

),

channels as (

    select * from {{ ref('sales_channels') }}

),

final as (

    select
        lines.order_id,
        lines.customer_id,
        lines.customer_id <> 'unknown' as is_known_customer,
        lines.customer_group,
        lines.channel,
        coalesce(channels.is_online, false) as is_online,
        lines.platform,
        lines.province_code,
        -- ordered online, handed over in a store
        coalesce(channels.is_online, false) and lines.store_code is not null as is_collected,
        lines.is_purchase,
        lines.is_purchase and lines.customer_id <> 'unknown' and row_number() over (
            partition by lines.customer_id, lines.is_purchase
            order by lines.ordered_at asc nulls last, lines.order_id asc
        ) = 1 as is_first_purchase,
        lines.net_amount,
        lines.margin_amount,
        lines.ordered_on,
        lines.month_start_on
    from lines
    left join channels
        on lines.channel = channels.channel

)

select * from final
