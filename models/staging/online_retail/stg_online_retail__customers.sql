-- grain: one customer number of the shop

with

lines as (

    select * from {{ ref('stg_online_retail__order_items') }}
    where source_customer_id is not null

),

countries as (

    select
        source_customer_id,
        country,
        row_number() over (
            partition by source_customer_id
            order by max(ordered_at) desc nulls last, count(*) desc, country asc nulls last
        ) as recency_rank
    from lines
    group by source_customer_id, country

),

final as (

    -- eight customers moved: the country of the latest line stands
    select
        lines.source_customer_id,
        min(countries.country) as country,
        min(lines.ordered_at) as first_seen_at,
        max(lines.ordered_at) as last_seen_at,
        min(lines.landed_on) as landed_on
    from lines
    left join countries
        on
            lines.source_customer_id = countries.source_customer_id
            and countries.recency_rank = 1
    group by lines.source_customer_id

)

select * from final
