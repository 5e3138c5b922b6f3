-- grain: one row: which of the optional columns that shares are made of any system has ever delivered

-- A share, count or flag over a column that nobody delivers is unknown: neither 0 nor 1, neither true nor false.

with

heads as (

    select
        coalesce(bool_or(channel is not null), false) as has_channels,
        coalesce(bool_or(store_code is not null), false) as has_stores,
        coalesce(bool_or(dealer_code is not null), false) as has_dealers,
        coalesce(bool_or(is_gift is not null), false) as has_gift_deliveries,
        coalesce(bool_or(city_code is not null), false) as has_delivery_cities,
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
        coalesce(bool_or(launched_on is not null), false) as has_launches,
        coalesce(bool_or(category is not null), false) as has_categories
    from {{ ref('input__products') }}

),

messages as (

    select
        coalesce(bool_or(opened_at is not null), false) as has_opens,
        coalesce(bool_or(clicked_at is not null), false) as has_clicks,
        coalesce(bool_or(converted_at is not null), false) as has_conversions
    from {{ ref('input__campaign_contacts') }}

),

campaigns as (

    select coalesce(bool_or(content_type is not null), false) as has_campaign_contents
    from {{ ref('input__campaigns') }}

),

-- what is on record of somebody: a ticket without a customer tells nothing of any
tickets as (

    select
        coalesce(bool_or(source_customer_id is not null), false) as has_tickets,
        coalesce(bool_or(source_customer_id is not null and is_complaint is not null), false) as has_complaints,
        coalesce(bool_or(source_customer_id is not null and category is not null), false) as has_ticket_categories,
        coalesce(bool_or(source_customer_id is not null and complaint_type is not null), false) as has_complaint_types,
        coalesce(bool_or(source_customer_id is not null and channel is not null), false) as has_ticket_channels,
        coalesce(bool_or(source_customer_id is not null and resolved_at is not null), false) as has_resolutions,
        coalesce(bool_or(source_customer_id is not null and satisfaction is not null), false) as has_ticket_ratings
    from {{ ref('input__tickets') }}

),

surveys as (

    select coalesce(bool_or(source_customer_id is not null), false) as has_surveys
    from {{ ref('input__surveys') }}

),

interactions as (

    select
        coalesce(bool_or(family = 'offline'), false) as has_offline,
        coalesce(bool_or(content_type is not null), false) as has_contents,
        coalesce(bool_or(sentiment is not null), false) as has_sentiments
    from {{ ref('input__interactions') }}

),

profiles as (

    select
        coalesce(bool_or(account_owner is not null), false) as has_account_owners,
        coalesce(bool_or(phone is not null), false) as has_phones,
        coalesce(bool_or(email is not null), false) as has_emails,
        coalesce(bool_or(unionid is not null), false) as has_unionids,
        coalesce(bool_or(member_no is not null), false) as has_member_numbers
    from {{ ref('int_customers__profiles') }}

),

members as (

    select count(*) > 0 as has_organisation_members
    from {{ ref('organisation_members') }}

),

final as (

    select
        heads.has_channels,
        heads.has_stores,
        heads.has_dealers,
        heads.has_gift_deliveries,
        heads.has_delivery_cities,
        heads.has_order_discounts or lines.has_line_discounts as has_discounts,
        heads.has_times,
        articles.has_gift_boxes,
        articles.has_customised,
        articles.has_bundles,
        articles.has_launches,
        articles.has_categories,
        messages.has_opens,
        messages.has_clicks,
        messages.has_conversions,
        campaigns.has_campaign_contents,
        tickets.has_tickets,
        tickets.has_complaints,
        tickets.has_ticket_categories,
        tickets.has_complaint_types,
        tickets.has_ticket_channels,
        tickets.has_resolutions,
        surveys.has_surveys,
        tickets.has_ticket_ratings or surveys.has_surveys as has_ratings,
        interactions.has_offline,
        interactions.has_contents,
        interactions.has_sentiments,
        profiles.has_account_owners,
        profiles.has_phones,
        profiles.has_emails,
        profiles.has_unionids,
        profiles.has_member_numbers,
        members.has_organisation_members
    from heads
    cross join lines
    cross join articles
    cross join messages
    cross join campaigns
    cross join tickets
    cross join surveys
    cross join interactions
    cross join profiles
    cross join members

)

select * from final
