-- grain: one buyer on a marketplace

with

orders as (

    select * from {{ ref('stg_marketplace__sales') }}
    where {{ function('customer_key') }}(source_customer_id).reason is null

),

buyers as (

    select
        source_customer_id,
        min(ordered_at) as first_seen_at,
        max(ordered_at) as last_seen_at,
        min(landed_on) as landed_on
    from orders
    group by source_customer_id

),

own_parcels as (

    -- a present shows somebody else's name and phone
    select
        *,
        row_number() over (
            partition by source_customer_id
            order by ordered_at desc nulls last, source_order_id desc
        ) as recency_rank
    from orders
    where not coalesce(is_gift, false)

),

final as (

    select
        buyers.source_customer_id,
        'person' as record_kind,
        parcels.name,
        parcels.name_honorific,
        parcels.name_note,
        parcels.name_reason,
        parcels.name_script,
        parcels.phone,
        coalesce(parcels.phone_reason, case when parcels.phone is null then 'missing' end) as phone_reason,
        parcels.phone_partial,
        parcels.province_code,
        parcels.city_code,
        parcels.district,
        coalesce(parcels.region_status, 'missing') as region_status,
        parcels.address,
        buyers.first_seen_at,
        buyers.last_seen_at,
        buyers.landed_on
    from buyers
    left join own_parcels as parcels
        on
            buyers.source_customer_id = parcels.source_customer_id
            and parcels.recency_rank = 1

)

select * from final
