-- grain: one year or quarter, customer group and number of channels that customers used in it

with

mains as (

    select * from {{ ref('int_channels__main_channels') }}

),

labels as (

    select * from {{ ref('customer_group_labels') }}

),

counted as (

    select
        mains.period_kind,
        mains.period_start_on,
        mains.customer_group,
        mains.channel_count,
        count(*) as customer_count,
        count(case when mains.is_online_and_offline then 1 end) as online_and_offline_count,
        count(case when mains.collected_order_count > 0 then 1 end) as collecting_customer_count,
        sum(mains.order_count) as order_count,
        sum(mains.online_order_count) as online_order_count,
        sum(mains.collected_order_count) as collected_order_count,
        sum(mains.net_amount) as net_amount,
        sum(mains.margin_amount) as margin_amount
    from mains
    group by mains.period_kind, mains.period_start_on, mains.customer_group, mains.channel_count

),

final as (

    select
        cast(counted.period_kind as string) as period_kind,
        cast(counted.period_start_on as date) as period_start_on,
        cast(counted.customer_group as string) as customer_group,
        cast(coalesce(labels.label_zh, {{ unknown_label('zh') }}) as string) as customer_group_zh,
        cast(coalesce(labels.label_en, {{ unknown_label('en') }}) as string) as customer_group_en,
        cast(counted.channel_count as integer) as channel_count,
        cast(counted.customer_count as bigint) as customer_count,
        cast(
            counted.customer_count / cast(sum(counted.customer_count) over (
                partition by counted.period_kind, counted.period_start_on, counted.customer_group
            ) as double) as double
        ) as customer_share,
        cast(counted.online_and_offline_count as bigint) as online_and_offline_count,
        cast(case when delivered.has_stores then counted.collecting_customer_count end as bigint)
            as collecting_customer_count,
        cast(counted.order_count as bigint) as order_count,
        cast(counted.online_order_count as bigint) as online_order_count,
        cast(case when delivered.has_stores then counted.collected_order_count end as bigint) as collected_order_count,
        cast(
            case when delivered.has_stores then counted.collected_order_count end
            / cast(nullif(counted.online_order_count, 0) as double) as double
        ) as collected_share,
        cast(counted.net_amount as decimal(18, 2)) as net_amount,
        cast(counted.margin_amount as decimal(18, 2)) as margin_amount,
        cast(counted.net_amount / counted.customer_count as decimal(18, 2)) as net_amount_per_customer,
        cast(counted.order_count / cast(counted.customer_count as double) as double) as orders_per_customer,
        cast(as_of.as_of_on as date) as as_of_on
    from counted
    cross join {{ ref('int_calendar__as_of') }} as as_of
    cross join {{ ref('int_features__delivered_columns') }} as delivered
    left join labels
        on counted.customer_group = labels.customer_group

)

select * from final
