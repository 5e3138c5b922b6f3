{#-
  The price band most of a customer's money went to, as of each date: grain key of the customer × as_of_on. `sales` names a
  relation of that key, as_of_on, unit_price and amount. Of equal bands the higher one.
-#}
{% macro price_habits(sales, customer='customer_id') -%}
    select
        ranked.{{ customer }},
        ranked.as_of_on,
        ranked.price_band,
        ranked.band_rank
    from (
        select
            sales.{{ customer }},
            sales.as_of_on,
            bands.price_band,
            bands.band_rank,
            row_number() over (
                partition by sales.{{ customer }}, sales.as_of_on
                order by sum(sales.amount) desc nulls last, bands.band_rank desc
            ) as habit_rank
        from {{ sales }} as sales
        inner join {{ ref('price_bands') }} as bands
            on
                sales.unit_price >= bands.amount_from
                and (bands.amount_below is null or sales.unit_price < bands.amount_below)
        group by sales.{{ customer }}, sales.as_of_on, bands.price_band, bands.band_rank
    ) as ranked
    where ranked.habit_rank = 1
{%- endmacro %}
