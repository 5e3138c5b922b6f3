-- grain: one month, price band and place of sale: online platform, or offline

with

sales as (

    select
        sales.*,
        coalesce(prices.price_band, 'unknown') as price_band
    from {{ ref('int_products__sales') }} as sales
    left join {{ ref('int_products__prices') }} as prices
        on sales.unit_price = prices.unit_price

),

channels as (

    select * from {{ ref('sales_channels') }}

),

bands as (

    select * from {{ ref('price_bands') }}

),

counted as (

    select
        sales.month_start_on,
        sales.price_band,
        coalesce(channels.is_online, false) as is_online,
        case when channels.is_online then coalesce(sales.platform, sales.channel) else 'offline' end as platform,
        count(*) as line_count,
        sum(sales.net_amount) as net_amount,
        sum(sales.margin_amount) as margin_amount
    from sales
    left join channels
        on sales.channel = channels.channel
    where sales.is_goods
    group by
        sales.month_start_on,
        sales.price_band,
        coalesce(channels.is_online, false),
        case when channels.is_online then coalesce(sales.platform, sales.channel) else 'offline' end

),

final as (

    select
        cast(counted.month_start_on as date) as month_start_on,
        cast(counted.price_band as string) as price_band,
        cast(coalesce(bands.label_zh, {{ unknown_label('zh') }}) as string) as price_band_zh,
        cast(coalesce(bands.label_en, {{ unknown_label('en') }}) as string) as price_band_en,
        cast(bands.band_rank as integer) as band_rank,
        cast(counted.platform as string) as platform,
        counted.is_online,
        cast(counted.line_count as bigint) as line_count,
        cast(counted.net_amount as decimal(18, 2)) as net_amount,
        cast(counted.margin_amount as decimal(18, 2)) as margin_amount,
        cast(sum(counted.net_amount) over (
            partition by counted.month_start_on, counted.price_band
        ) as decimal(18, 2)) as band_net_amount,
        cast(
            cast(counted.net_amount as double)
            / nullif(sum(counted.net_amount) over (partition by counted.month_start_on, counted.price_band), 0)
            as double
        ) as share_of_band
    from counted
    left join bands
        on counted.price_band = bands.price_band

)

select * from final
