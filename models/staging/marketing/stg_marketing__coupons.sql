-- grain: one coupon

with

coupons as (

    {{ accepted(ref('base_marketing__coupons')) }}

),

final as (

    select
        coupon_no,
        source_customer_id,
        campaign_code,
        used_source_order_id,
        face_value,
        minimum_spend,
        expires_on,
        landed_on,
        issued_at,
        used_at
    from coupons

)

select * from final
