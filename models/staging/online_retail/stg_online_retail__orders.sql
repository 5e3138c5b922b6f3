-- grain: one invoice or cancellation

with

lines as (

    select * from {{ ref('stg_online_retail__order_items') }}

),

final as (

    select
        source_order_id,
        -- every line of an invoice names the same customer and country (tested)
        min(source_customer_id) as source_customer_id,
        min(country) as country,
        case when is_return then 'return' else 'sale' end as document_kind,
        'web_shop' as channel,
        -- 43 invoices run over a full minute: an order begins with its first line
        min(ordered_at) as ordered_at,
        min(landed_on) as landed_on
    from lines
    group by source_order_id, is_return

)

select * from final
