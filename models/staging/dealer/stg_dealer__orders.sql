-- grain: one sale or return of a dealer

with

lines as (

    select * from {{ ref('stg_dealer__order_items') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by source_order_id
            order by landed_at asc, load_id asc, source_sheet asc nulls first, source_row asc
        ) as line_rank
    from lines

),

final as (

    -- the first line speaks for the slip
    select
        source_order_id,
        case when is_return then 'return' else 'sale' end as document_kind,
        source_customer_id,
        original_source_order_id,
        'dealer' as channel,
        dealer_code,
        sold_province_code as province_code,
        sold_city_code as city_code,
        sold_at as ordered_at,
        landed_on
    from ranked
    where line_rank = 1

)

select * from final
