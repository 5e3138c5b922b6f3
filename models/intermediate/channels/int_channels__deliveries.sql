-- grain: one delivery shipped by the as-of date of an order, as known then

-- What was delivered after the as-of date is under way. A promise of midnight stands for the whole day that it begins,
-- as where a source names a day and no time: a delivery is on time until the end of that day. From a time to a day
-- alone, hours run from the beginning of the order's day. Goods cannot leave before they are ordered, nor arrive before
-- they leave: of such a delivery the hours are unknown, and time_status says why.

with

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

orders as (

    select
        {{ hashed_number('order_id') }} as order_number,
        coalesce(channel, 'unknown') as channel,
        province_code,
        ordered_at,
        ordered_on
    from {{ ref('int_orders__documents') }}

),

deliveries as (

    select
        {{ hashed_number(order_key('deliveries.source_system', 'deliveries.source_order_id')) }} as order_number,
        deliveries.source_system,
        deliveries.source_delivery_id,
        deliveries.province_code,
        deliveries.promised_at,
        deliveries.promised_at = cast(cast(deliveries.promised_at as date) as timestamp) as is_promised_day,
        deliveries.shipped_at,
        case when cast(deliveries.delivered_at as date) <= as_of.as_of_on then deliveries.delivered_at end
            as delivered_at,
        deliveries.shipped_at = cast(cast(deliveries.shipped_at as date) as timestamp) as is_shipped_day,
        deliveries.delivered_at = cast(cast(deliveries.delivered_at as date) as timestamp) as is_delivered_day,
        as_of.as_of_on
    from {{ ref('input__deliveries') }} as deliveries
    inner join as_of
        on {{ not_after('cast(deliveries.shipped_at as date)', 'as_of.as_of_on') }}

),

joined as (

    select
        deliveries.*,
        orders.channel,
        orders.province_code as order_province_code,
        orders.ordered_on,
        orders.ordered_at,
        cast(orders.ordered_on as timestamp) as day_began_at,
        -- what the times are compared with: of a day alone its beginning
        case when deliveries.is_shipped_day then cast(orders.ordered_on as timestamp) else orders.ordered_at end
            as not_shipped_before,
        case
            when deliveries.is_delivered_day then cast(cast(deliveries.shipped_at as date) as timestamp)
            else deliveries.shipped_at
        end as not_delivered_before
    from deliveries
    inner join orders
        on deliveries.order_number = orders.order_number

),

judged as (

    select
        *,
        case
            when shipped_at < not_shipped_before then 'left_before_order'
            when delivered_at < not_delivered_before then 'delivered_before_leaving'
            else 'known'
        end as time_status
    from joined

),

final as (

    select
        deliveries.source_system,
        deliveries.source_delivery_id,
        deliveries.channel,
        coalesce(deliveries.province_code, deliveries.order_province_code, 'unknown') as province_code,
        festival_days.date_on is not null as is_festival,
        deliveries.promised_at is not null as is_promised,
        deliveries.delivered_at is not null as is_delivered,
        deliveries.delivered_at <= deliveries.promised_at
        or (deliveries.is_promised_day and cast(deliveries.delivered_at as date) = cast(deliveries.promised_at as date))
            as is_on_time,
        -- promised and not there: late although it is still under way
        deliveries.delivered_at is null and cast(deliveries.promised_at as date) < deliveries.as_of_on as is_overdue,
        (
            {{ seconds_from('deliveries.ordered_at', 'deliveries.promised_at') }}
            + case when deliveries.is_promised_day then 86400 else 0 end
        ) / 3600.0 as promised_hours,
        case
            when deliveries.time_status <> 'known' then null
            when deliveries.is_shipped_day
                then {{ seconds_from('deliveries.day_began_at', 'deliveries.shipped_at') }} / 3600.0
            else {{ seconds_from('deliveries.ordered_at', 'deliveries.shipped_at') }} / 3600.0
        end as shipped_hours,
        case
            when deliveries.time_status <> 'known' then null
            when deliveries.is_delivered_day
                then {{ seconds_from('deliveries.day_began_at', 'deliveries.delivered_at') }} / 3600.0
            else {{ seconds_from('deliveries.ordered_at', 'deliveries.delivered_at') }} / 3600.0
        end as delivered_hours,
        deliveries.time_status,
        deliveries.ordered_on,
        cast(date_trunc('month', deliveries.ordered_on) as date) as month_start_on
    from judged as deliveries
    left join {{ ref('int_calendar__festival_days') }} as festival_days
        on deliveries.ordered_on = festival_days.date_on

)

select * from final
