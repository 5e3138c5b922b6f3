-- grain: one month and sales channel

-- Orders, money and new customers add up over channels; customers do not, because one may use several. Spend that works
-- for no single channel (seed spend_channels) has a row of its own, `unassigned`, so that spend adds up as well.

with

labels as (

    select * from {{ ref('int_channels__labels') }}

),

orders as (

    select * from {{ ref('int_orders__as_of') }}

),

channels as (

    select * from {{ ref('sales_channels') }}

),

sold as (

    select
        month_start_on,
        channel,
        count(case when is_purchase then 1 end) as order_count,
        count(distinct case when is_purchase and is_known_customer then customer_number end) as customer_count,
        count(case when is_first_purchase then 1 end) as new_customer_count,
        sum(net_amount) as net_amount,
        sum(case when is_purchase then net_amount else 0 end) as purchase_amount,
        sum(margin_amount) as margin_amount
    from orders
    group by month_start_on, channel

),

spend as (

    select
        spend.month_start_on,
        coalesce(spend_channels.channel, 'unassigned') as channel,
        sum(spend.amount) as spend_amount,
        sum(case when spend.purpose = 'acquisition' then spend.amount else 0 end) as acquisition_spend
    from {{ ref('input__spend') }} as spend
    inner join {{ ref('int_calendar__as_of') }} as as_of
        on spend.month_start_on <= as_of.as_of_on
    left join {{ ref('spend_channels') }} as spend_channels
        on spend.channel = spend_channels.spend_channel
    group by spend.month_start_on, coalesce(spend_channels.channel, 'unassigned')

),

visitors as (

    select distinct
        cast(date_trunc('month', interactions.occurred_at) as date) as month_start_on,
        channels.channel,
        interactions.customer_number
    from {{ ref('int_journey__interactions') }} as interactions
    inner join channels
        on interactions.platform = channels.interaction_platform
    where interactions.is_by_record

),

buyers as (

    select distinct
        month_start_on,
        channel,
        customer_number
    from orders
    where
        is_purchase
        and is_known_customer

),

visited as (

    select
        visitors.month_start_on,
        visitors.channel,
        count(*) as visitor_count,
        count(buyers.customer_number) as converted_count
    from visitors
    left join buyers
        on
            visitors.month_start_on = buyers.month_start_on
            and visitors.channel = buyers.channel
            and visitors.customer_number = buyers.customer_number
    group by visitors.month_start_on, visitors.channel

),

cells as (

    select
        month_start_on,
        channel
    from sold
    union
    select
        month_start_on,
        channel
    from spend
    union
    select
        month_start_on,
        channel
    from visited

),

final as (

    select
        cast(cells.month_start_on as date) as month_start_on,
        cast(cells.channel as string) as channel,
        cast(coalesce(labels.label_zh, cells.channel) as string) as channel_zh,
        cast(coalesce(labels.label_en, cells.channel) as string) as channel_en,
        coalesce(channels.is_online, false) as is_online,
        cast(coalesce(sold.order_count, 0) as bigint) as order_count,
        cast(coalesce(sold.customer_count, 0) as bigint) as customer_count,
        cast(coalesce(sold.new_customer_count, 0) as bigint) as new_customer_count,
        cast(coalesce(sold.net_amount, 0) as decimal(18, 2)) as net_amount,
        cast(coalesce(sold.margin_amount, 0) as decimal(18, 2)) as margin_amount,
        cast(coalesce(sold.purchase_amount, 0) as decimal(18, 2)) as purchase_amount,
        cast(sold.purchase_amount / nullif(sold.order_count, 0) as decimal(18, 2)) as order_value,
        cast(
            cast(coalesce(sold.net_amount, 0) as double)
            / nullif(sum(sold.net_amount) over (partition by cells.month_start_on), 0) as double
        ) as revenue_share,
        cast(spend.spend_amount as decimal(18, 2)) as spend_amount,
        cast(spend.acquisition_spend as decimal(18, 2)) as acquisition_spend,
        cast(
            nullif(spend.acquisition_spend, 0) / nullif(sold.new_customer_count, 0) as decimal(18, 2)
        ) as acquisition_cost,
        cast(visited.visitor_count as bigint) as visitor_count,
        cast(visited.converted_count as bigint) as converted_count,
        cast(visited.converted_count / cast(nullif(visited.visitor_count, 0) as double) as double) as conversion_rate
    from cells
    left join sold
        on
            cells.month_start_on = sold.month_start_on
            and cells.channel = sold.channel
    left join spend
        on
            cells.month_start_on = spend.month_start_on
            and cells.channel = spend.channel
    left join visited
        on
            cells.month_start_on = visited.month_start_on
            and cells.channel = visited.channel
    left join channels
        on cells.channel = channels.channel
    left join labels
        on cells.channel = labels.channel

)

select * from final
