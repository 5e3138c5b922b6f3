-- grain: one article number of the shop

with

lines as (

    select * from {{ ref('stg_online_retail__order_items') }}

),

names as (

    -- An article is known by several names and by notes of the warehouse: the name on most sold
    -- lines stands; of equally frequent ones the latest, then the first in the alphabet.
    select
        source_product_id,
        product_name,
        min(landed_on) as landed_on,
        row_number() over (
            partition by source_product_id
            order by
                case when product_name is null then 1 else 0 end asc,
                count(case when unit_price > 0 then 1 end) desc,
                max(ordered_at) desc nulls last,
                product_name asc nulls last
        ) as name_rank
    from lines
    group by source_product_id, product_name

),

final as (

    select
        source_product_id,
        product_name,
        landed_on
    from names
    where name_rank = 1

)

select * from final
