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
        receipts.*,
        stores.province_code,
        stores.city_code,
        'store' as channel,
        -- goods leave a till against payment
        receipts.ordered_at as paid_at
    from receipts
    left join stores
        on receipts.store_code = stores.store_code

)

select * from final
