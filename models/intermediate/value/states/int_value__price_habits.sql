-- grain: one customer with purchases: the price band most of the money of 24 months went to, as of the latest date

with

sales as (

    select
        lines.customer_id,
        dates.as_of_on,
        items.unit_price,
        items.net_amount as amount
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

habits as (

    {{ price_habits('sales') }}

),

final as (

    select
        habits.customer_id,
        habits.price_band,
        habits.band_rank,
        -- at most one band above habit: a wrong jump drives customers away
        coalesce(next_bands.price_band, habits.price_band) as suggested_price_band
    from habits
    left join {{ ref('price_bands') }} as next_bands
        on habits.band_rank + 1 = next_bands.band_rank

)

select * from final
