-- grain: one subject with an order document in 24 months: channels, delivery, discounts, returns

-- Shares are of orders as placed: a later return changes no habit, it counts as a return from its own day on. What no
-- system tells of its orders makes no share. The share of campaigns is of orders of systems that tell of campaigns.

{#- share: what counts, and the column that has to be delivered for it (int_features__delivered_columns) -#}
{%- set order_shares = {
    'online': ('is_online', 'has_channels'),
    'store': ("channel = 'store'", 'has_channels'),
    'dealer': ("channel = 'dealer'", 'has_channels'),
    'marketplace': ("channel = 'marketplace'", 'has_channels'),
    'gift_delivery': ('is_gift', 'has_gift_deliveries'),
    'discounted': ('is_discounted', 'has_discounts'),
    'evening': ('is_evening', 'has_times'),
} %}

with

subjects as (

    select * from {{ ref('int_features__subjects') }}

),

discounted as (

    select distinct order_id
    from {{ ref('int_orders__lines') }}
    where discount_amount > 0

),

-- of the orders of other systems nobody knows whether a campaign brought them
campaign_systems as (

    select distinct source_system
    from {{ ref('orders') }}
    where campaign_code is not null

),

documents as (

    select
        subjects.subject_key,
        orders.channel,
        orders.store_code,
        orders.dealer_code,
        orders.purpose,
        orders.campaign_code,
        orders.city_code,
        orders.is_gift,
        orders.quantity,
        orders.gross_amount,
        orders.return_amount,
        orders.ordered_at,
        orders.document_kind = 'sale' as is_sale,
        coalesce(orders.channel in ('web_shop', 'app', 'mini_program', 'marketplace'), false) as is_online,
        orders.ordered_on > subjects.start_6m_on as is_recent,
        campaign_systems.source_system is not null as tells_campaigns,
        discounted.order_id is not null as is_discounted,
        extract(hour from orders.ordered_at) >= policy.evening_from_hour as is_evening
    from {{ ref('orders') }} as orders
    inner join subjects
        on
            orders.customer_id = subjects.customer_id
            and orders.ordered_on <= subjects.as_of_on
            and orders.ordered_on > subjects.start_24m_on
    cross join {{ ref('tag_policy') }} as policy
    left join discounted
        on orders.order_id = discounted.order_id
    left join campaign_systems
        on orders.source_system = campaign_systems.source_system
    where orders.is_sale

),

channels as (

    select
        subject_key,
        channel,
        row_number() over (partition by subject_key order by count(*) desc, channel asc) as channel_rank,
        row_number() over (
            partition by subject_key order by count(case when is_recent then 1 end) desc, channel asc
        ) as recent_rank,
        count(case when is_recent then 1 end) as recent_count
    from documents
    where
        is_sale
        and channel is not null
    group by subject_key, channel

),

main_channels as (

    select
        subject_key,
        max(case when channel_rank = 1 then channel end) as main_channel,
        max(case when recent_rank = 1 and recent_count > 0 then channel end) as recent_channel,
        count(*) as channel_count_24m
    from channels
    group by subject_key

),

purposes as (

    select
        subject_key,
        purpose,
        row_number() over (
            partition by subject_key order by count(*) desc, purpose asc
        ) as purpose_rank
    from documents
    where
        is_sale
        and purpose is not null
    group by subject_key, purpose

),

measured as (

    select
        subject_key,
        count(case when is_sale then 1 end) as sale_count_24m,
        count(distinct store_code) as store_count_24m,
        count(distinct dealer_code) as dealer_count_24m,
        count(distinct case when is_sale then city_code end) as delivery_city_count_24m,
        {%- for name, (condition, column) in order_shares.items() %}
        avg(case when is_sale then case when {{ condition }} then 1.0 else 0.0 end end) as {{ name }}_share_24m,
        {%- endfor %}
        avg(case when is_sale and tells_campaigns then case when campaign_code is not null then 1.0 else 0.0 end end)
            as campaign_share_24m,
        avg(case when is_sale and is_online then case when store_code is not null then 1.0 else 0.0 end end)
            as pickup_share_24m,
        avg(case when is_sale then quantity end) as pieces_per_order_24m,
        max(case when is_sale then gross_amount end) as largest_order_24m,
        sum(gross_amount) as gross_amount,
        sum(return_amount) as return_amount,
        count(case when return_amount < 0 then 1 end) as return_count
    from documents
    group by subject_key

),

final as (

    select
        measured.subject_key,
        main_channels.main_channel,
        main_channels.recent_channel <> main_channels.main_channel as has_changed_channel,
        purposes.purpose as main_purpose,
        measured.sale_count_24m,
        measured.return_count as returns_24m,
        case when delivered.has_channels then coalesce(main_channels.channel_count_24m, 0) end as channel_count_24m,
        case when delivered.has_stores then measured.store_count_24m end as store_count_24m,
        case when delivered.has_dealers then measured.dealer_count_24m end as dealer_count_24m,
        case when delivered.has_delivery_cities then measured.delivery_city_count_24m end as delivery_city_count_24m,
        {%- for name, (condition, column) in order_shares.items() %}
        case when delivered.{{ column }} then measured.{{ name }}_share_24m end as {{ name }}_share_24m,
        {%- endfor %}
        measured.campaign_share_24m,
        case when delivered.has_stores then measured.pickup_share_24m end as pickup_share_24m,
        measured.pieces_per_order_24m,
        measured.largest_order_24m,
        cast(-measured.return_amount as double) / nullif(measured.gross_amount, 0) as returned_amount_share_24m
    from measured
    cross join {{ ref('int_features__delivered_columns') }} as delivered
    left join main_channels
        on measured.subject_key = main_channels.subject_key
    left join purposes
        on
            measured.subject_key = purposes.subject_key
            and purposes.purpose_rank = 1

)

select * from final
