-- grain: one order document with the campaign that it came from

-- The campaign that the order names; else that of the coupon it redeemed, which the order names by its number or the
-- coupon by the order's. A number that several coupons or systems share tells nothing.

with

orders as (

    select
        source_system,
        source_order_id,
        coupon_no,
        campaign_code
    from {{ ref('input__orders') }}

),

coupons as (

    select
        coupon_no,
        campaign_code,
        used_source_order_id
    from {{ ref('input__coupons') }}
    where campaign_code is not null

),

redeemed as (

    select
        orders.source_system,
        orders.source_order_id,
        coupons.campaign_code,
        1 as link_rank
    from orders
    inner join coupons
        on orders.coupon_no = coupons.coupon_no

    union all

    select
        orders.source_system,
        orders.source_order_id,
        coupons.campaign_code,
        2 as link_rank
    from orders
    inner join coupons
        on orders.source_order_id = coupons.used_source_order_id
    qualify
        min(orders.source_system) over (partition by orders.source_order_id)
        = max(orders.source_system) over (partition by orders.source_order_id)

),

linked as (

    select
        source_system,
        source_order_id,
        link_rank,
        min(campaign_code) as campaign_code
    from redeemed
    group by source_system, source_order_id, link_rank
    having min(campaign_code) = max(campaign_code)

),

coupon_campaigns as (

    select *
    from linked
    qualify row_number() over (partition by source_system, source_order_id order by link_rank asc) = 1

),

final as (

    select
        orders.source_system,
        orders.source_order_id,
        coalesce(orders.campaign_code, coupon_campaigns.campaign_code) as campaign_code,
        case when orders.campaign_code is not null then 'order' else 'coupon' end as campaign_basis
    from orders
    left join coupon_campaigns
        on
            orders.source_system = coupon_campaigns.source_system
            and orders.source_order_id = coupon_campaigns.source_order_id
    where coalesce(orders.campaign_code, coupon_campaigns.campaign_code) is not null

)

select * from final
