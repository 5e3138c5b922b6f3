-- grain: one article as of a date that is served: the band of its mean price

with

served_dates as (

    select distinct as_of_on
    from {{ ref('int_products__origins') }}

),

days as (

    select
        product_id,
        ordered_on,
        sum(gross_amount) as gross_amount,
        sum(quantity) as quantity
    from {{ ref('int_products__purchases') }}
    group by product_id, ordered_on

),

sold as (

    select
        days.product_id,
        origins.as_of_on,
        sum(days.gross_amount) / nullif(sum(days.quantity), 0) as unit_price
    from days
    cross join {{ ref('suggestion_policy') }} as policy
    inner join served_dates as origins
        on
            days.ordered_on <= origins.as_of_on
            and days.ordered_on > {{ months_before('origins.as_of_on', 'policy.habit_months') }}
    group by days.product_id, origins.as_of_on

),

final as (

    select
        sold.product_id,
        sold.as_of_on,
        sold.unit_price,
        bands.price_band,
        bands.band_rank
    from sold
    inner join {{ ref('price_bands') }} as bands
        on
            sold.unit_price >= bands.amount_from
            and (bands.amount_below is null or sold.unit_price < bands.amount_below)

)

select * from final
