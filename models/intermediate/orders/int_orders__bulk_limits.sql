-- grain: one source system: from how many pieces on a sale is flagged as a bulk purchase

with

policy as (

    select * from {{ ref('outlier_policy') }}
    where measure = 'order_quantity'

),

sales as (

    select
        source_orders.source_system,
        lines.order_id,
        sum(lines.quantity) as quantity
    from {{ ref('int_orders__lines') }} as lines
    inner join {{ ref('int_orders__documents') }} as source_orders
        on lines.order_id = source_orders.order_id
    where lines.line_kind = 'sale'
    group by source_orders.source_system, lines.order_id

),

ranked as (

    select
        source_system,
        quantity,
        cume_dist() over (partition by source_system order by quantity asc) as share
    from sales

),

final as (

    -- the quantile is data, so it is read off the distribution rather than named in a function
    select
        ranked.source_system,
        max(ranked.quantity) * max(policy.factor) as quantity_limit
    from ranked
    inner join policy
        on ranked.share <= policy.quantile
    group by ranked.source_system

)

select * from final
