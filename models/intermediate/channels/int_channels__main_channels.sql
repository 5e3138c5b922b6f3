-- grain: one known customer and one year or quarter with a purchase: the channel most of the money went to

with

quarters as (

    select
        'quarter' as period_kind,
        cast(date_trunc('quarter', ordered_on) as date) as period_start_on,
        customer_number,
        customer_group,
        channel,
        is_online,
        count(*) as order_count,
        count(case when is_online then 1 end) as online_order_count,
        count(case when is_collected then 1 end) as collected_order_count,
        cast(sum(net_amount) as decimal(18, 2)) as net_amount,
        cast(sum(margin_amount) as decimal(18, 4)) as margin_amount
    from {{ ref('int_orders__as_of') }}
    where
        is_purchase
        and is_known_customer
    group by
        cast(date_trunc('quarter', ordered_on) as date), customer_number, customer_group, channel, is_online

),

spent as (

    select * from quarters

    union all

    select
        'year' as period_kind,
        cast(date_trunc('year', period_start_on) as date) as period_start_on,
        customer_number,
        customer_group,
        channel,
        is_online,
        {%- for measure in ['order_count', 'online_order_count', 'collected_order_count'] %}
        cast(sum({{ measure }}) as bigint) as {{ measure }},
        {%- endfor %}
        cast(sum(net_amount) as decimal(18, 2)) as net_amount,
        cast(sum(margin_amount) as decimal(18, 4)) as margin_amount
    from quarters
    group by
        cast(date_trunc('year', period_start_on) as date), customer_number, customer_group, channel, is_online

),

ranked as (

    select
        *,
        row_number() over (
            partition by period_kind, period_start_on, customer_number
            order by net_amount desc nulls last, order_count desc, channel asc
        ) as channel_rank
    from spent

),

final as (

    select
        period_kind,
        period_start_on,
        customer_number,
        min(customer_group) as customer_group,
        max(case when channel_rank = 1 then channel end) as main_channel,
        count(*) as channel_count,
        bool_or(is_online) and bool_or(not is_online) as is_online_and_offline,
        cast(sum(order_count) as bigint) as order_count,
        cast(sum(online_order_count) as bigint) as online_order_count,
        cast(sum(collected_order_count) as bigint) as collected_order_count,
        cast(sum(net_amount) as decimal(18, 2)) as net_amount,
        cast(sum(margin_amount) as decimal(18, 4)) as margin_amount
    from ranked
    group by period_kind, period_start_on, customer_number

)

select * from final
