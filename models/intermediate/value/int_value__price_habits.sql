-- grain: one customer with purchases: the price band most of the money of 24 months went to, as of the latest date

with

lines as (

    select
        lines.customer_id,
        items.unit_price,
        items.net_amount
    from {{ ref('int_value__line_margins') }} as lines
    inner join {{ ref('order_items') }} as items
        on lines.order_item_id = items.order_item_id
    inner join {{ ref('int_value__as_of_dates') }} as dates
        on
            dates.is_latest
            and lines.ordered_on <= dates.as_of_on
            and lines.ordered_on > {{ months_before('dates.as_of_on', 24) }}
    where items.net_amount > 0

),

bands as (

    select * from {{ ref('price_bands') }}

),

spent as (

    select
        lines.customer_id,
        bands.price_band,
        bands.band_rank,
        sum(lines.net_amount) as net_amount
    from lines
    inner join bands
        on
            lines.unit_price >= bands.amount_from
            and (bands.amount_below is null or lines.unit_price < bands.amount_below)
    group by lines.customer_id, bands.price_band, bands.band_rank

),

ranked as (

    select
        spent.*,
        row_number() over (
            partition by spent.customer_id order by spent.net_amount desc nulls last, spent.band_rank desc
        ) as habit_rank
    from spent

),

final as (

    select
        ranked.customer_id,
        ranked.price_band,
        ranked.band_rank,
        -- at most one band above habit: a wrong jump drives customers away
        coalesce(next_bands.price_band, ranked.price_band) as suggested_price_band
    from ranked
    left join bands as next_bands
        on ranked.band_rank + 1 = next_bands.band_rank
    where ranked.habit_rank = 1

)

select * from final
