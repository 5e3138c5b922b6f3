-- grain: one month of orders, channel and province, inside or outside of festival windows

-- Hours run from the order. Sums stand beside the means, so that months and provinces can be added. Deliveries that
-- leave before their order, or arrive before they leave, have no hours: they are in no mean and counted apart.

with

deliveries as (

    select * from {{ ref('int_channels__deliveries') }}

),

counted as (

    select
        month_start_on,
        channel,
        province_code,
        is_festival,
        count(*) as delivery_count,
        count(case when is_delivered then 1 end) as delivered_count,
        count(case when is_promised and (is_delivered or is_overdue) then 1 end) as judged_count,
        count(case when is_promised and is_on_time then 1 end) as on_time_count,
        count(case when is_overdue then 1 end) as overdue_count,
        count(promised_hours) as promised_count,
        sum(cast(promised_hours as decimal(18, 4))) as promised_hours,
        count(case when time_status <> 'known' then 1 end) as contradicting_count,
        count(shipped_hours) as shipped_timed_count,
        count(delivered_hours) as delivered_timed_count,
        sum(cast(shipped_hours as decimal(18, 4))) as shipped_hours,
        sum(cast(delivered_hours as decimal(18, 4))) as delivered_hours,
        percentile_cont(0.5) within group (order by cast(delivered_hours as double)) as median_delivered_hours
    from deliveries
    group by month_start_on, channel, province_code, is_festival

),

final as (

    select
        cast(counted.month_start_on as date) as month_start_on,
        cast(counted.channel as string) as channel,
        cast(coalesce(channels.label_zh, counted.channel) as string) as channel_zh,
        cast(coalesce(channels.label_en, counted.channel) as string) as channel_en,
        cast(counted.province_code as string) as province_code,
        cast(coalesce(provinces.label_zh, {{ unknown_label('zh') }}) as string) as province_zh,
        cast(coalesce(provinces.label_en, {{ unknown_label('en') }}) as string) as province_en,
        counted.is_festival,
        cast(counted.delivery_count as bigint) as delivery_count,
        cast(counted.delivered_count as bigint) as delivered_count,
        cast(counted.judged_count as bigint) as judged_count,
        cast(counted.on_time_count as bigint) as on_time_count,
        cast(counted.overdue_count as bigint) as overdue_count,
        cast(counted.on_time_count / cast(nullif(counted.judged_count, 0) as double) as double) as on_time_rate,
        cast(counted.promised_count as bigint) as promised_count,
        cast(counted.promised_hours as double) as promised_hours,
        cast(counted.contradicting_count as bigint) as contradicting_count,
        cast(counted.shipped_timed_count as bigint) as shipped_timed_count,
        cast(counted.delivered_timed_count as bigint) as delivered_timed_count,
        cast(counted.shipped_hours as double) as shipped_hours,
        cast(counted.delivered_hours as double) as delivered_hours,
        cast(counted.promised_hours / nullif(counted.promised_count, 0) as double) as mean_promised_hours,
        cast(counted.shipped_hours / nullif(counted.shipped_timed_count, 0) as double) as mean_shipped_hours,
        cast(counted.delivered_hours / nullif(counted.delivered_timed_count, 0) as double) as mean_delivered_hours,
        cast(counted.median_delivered_hours as double) as median_delivered_hours
    from counted
    left join {{ ref('sales_channels') }} as channels
        on counted.channel = channels.channel
    left join {{ ref('administrative_divisions') }} as provinces
        on counted.province_code = provinces.code

)

select * from final
