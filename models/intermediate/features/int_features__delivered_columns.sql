-- grain: one row: which of the optional columns that shares are made of any system has ever delivered

-- A share over a column that nobody delivers is unknown: neither 0 nor 1.

with

heads as (

    select
        coalesce(bool_or(channel is not null), false) as has_channels,
        coalesce(bool_or(store_code is not null), false) as has_stores,
        coalesce(bool_or(dealer_code is not null), false) as has_dealers,
        coalesce(bool_or(is_gift is not null), false) as has_gift_deliveries,
        coalesce(bool_or(campaign_code is not null), false) as has_order_campaigns,
        coalesce(bool_or(order_discount_amount is not null), false) as has_order_discounts,
        -- days without a time are midnights
        coalesce(bool_or(ordered_at > date_trunc('day', ordered_at)), false) as has_times
    from {{ ref('input__orders') }}

),

lines as (

    select coalesce(bool_or(discount_amount is not null), false) as has_line_discounts
    from {{ ref('input__order_items') }}

),

articles as (

    select
        coalesce(bool_or(is_gift_box is not null), false) as has_gift_boxes,
        coalesce(bool_or(is_customised is not null), false) as has_customised,
        coalesce(bool_or(is_bundle is not null), false) as has_bundles,
        coalesce(bool_or(launched_on is not null), false) as has_launches
    from {{ ref('input__products') }}

),

messages as (

    select
        coalesce(bool_or(opened_at is not null), false) as has_opens,
        coalesce(bool_or(clicked_at is not null), false) as has_clicks,
        coalesce(bool_or(converted_at is not null), false) as has_conversions
    from {{ ref('input__campaign_contacts') }}

),

final as (

    select
        heads.has_channels,
        heads.has_stores,
        heads.has_dealers,
        heads.has_gift_deliveries,
        heads.has_order_campaigns,
        heads.has_order_discounts or lines.has_line_discounts as has_discounts,
        heads.has_times,
        articles.has_gift_boxes,
        articles.has_customised,
        articles.has_bundles,
        articles.has_launches,
        messages.has_opens,
        messages.has_clicks,
        messages.has_conversions
    from heads
    cross join lines
    cross join articles
    cross join messages

)

select * from final
