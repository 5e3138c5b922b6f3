-- grain: one price that was paid for a piece, and its band

-- A price is banded once, however often it was paid.

with

final as (

    select
        paid.unit_price,
        bands.price_band
    from (select distinct unit_price from {{ ref('order_items') }}) as paid
    inner join {{ ref('price_bands') }} as bands
        on
            paid.unit_price >= bands.amount_from
            and (bands.amount_below is null or paid.unit_price < bands.amount_below)

)

select * from final
