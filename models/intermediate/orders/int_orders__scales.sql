-- grain: one order document whose amounts seem a hundred times too large or too small, and what becomes of it

with

policy as (

    select * from {{ ref('amount_scale_policy') }}

),

confirmed as (

    select * from {{ ref('confirmed_amounts') }}

),

by_price as (

    select
        source_system,
        source_order_id,
        count(*) as doubted_line_count,
        case
            when min(scale) = max(scale) and not coalesce(bool_or(is_total_as_price), false) then min(scale)
        end as scale
    from {{ ref('int_orders__scale_lines') }}
    group by source_system, source_order_id

),

by_total as (

    select
        source_system,
        source_order_id
    from {{ ref('int_orders__totals') }}
    where gap_cause = 'scale'

),

documents as (

    select
        coalesce(by_price.source_system, by_total.source_system) as source_system,
        coalesce(by_price.source_order_id, by_total.source_order_id) as source_order_id,
        coalesce(by_price.doubted_line_count, 0) as doubted_line_count,
        by_price.scale,
        by_price.source_order_id is not null as is_price_unusual,
        by_total.source_order_id is not null as is_total_off
    from by_price
    full outer join by_total
        on
            by_price.source_system = by_total.source_system
            and by_price.source_order_id = by_total.source_order_id

),

final as (

    select
        documents.source_system,
        documents.source_order_id,
        documents.doubted_line_count,
        documents.scale,
        documents.is_price_unusual,
        documents.is_total_off,
        case
            when confirmed.source_order_id is not null then 'confirmed'
            -- which of lines and total is wrong, only a price can say
            when policy.action = 'mend' and documents.is_price_unusual then 'mended'
            else 'held'
        end as handling
    from documents
    cross join policy
    left join confirmed
        on
            documents.source_system = confirmed.source_system
            and documents.source_order_id = confirmed.source_order_id

)

select * from final
