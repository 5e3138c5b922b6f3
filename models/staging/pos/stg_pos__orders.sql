-- grain: one receipt

with

receipts as (

    {{ accepted(ref('base_pos__receipts')) }}

),

stores as (

    select * from {{ ref('stg_pos__stores') }}

),

final as (

    select
        receipts.source_order_id,
        receipts.source_customer_id,
        receipts.original_source_order_id,
        receipts.store_code,
        receipts.document_kind,
        stores.province_code,
        stores.city_code,
        'store' as channel,
        receipts.document_amount,
        receipts.ordered_at,
        -- goods leave a till against payment
        receipts.ordered_at as paid_at,
        receipts.landed_on
    from receipts
    left join stores
        on receipts.store_code = stores.store_code

)

select * from final
