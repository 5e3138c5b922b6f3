-- grain: one landed shop order, typed, with the rules it breaks

with

landed as (

    select * from {{ source('shop', 'orders') }}

),

typed as (

    select
        {{ lineage_columns() }},
        landed._landed_at as landed_at,
        {{ landed_content('shop', 'orders') }} as landed_content,
        {{ region_text(
            ['landed.receiver_province', 'landed.receiver_city', 'landed.receiver_district'],
            'landed.receiver_address'
        ) }} as region_text,

        -- keys
        nullif(trim(landed.order_id), '') as source_order_id,
        nullif(trim(landed.user_id), '') as source_customer_id,
        nullif(trim(landed.pickup_store_code), '') as store_code,
        nullif(trim(landed.coupon_no), '') as coupon_no,
        nullif(trim(landed.campaign_code), '') as campaign_code,

        -- attributes
        lower(nullif(trim(landed.platform), '')) as platform,
        lower(nullif(trim(landed.status), '')) as status,

        -- flags
        {{ parse_boolean('landed.is_gift') }} as is_gift,

        -- measures
        {{ fen_as_yuan('landed.pay_fen') }} as document_amount,

        -- timestamps
        {{ parse_timestamp('landed.created_at', var('time_zone')) }} as ordered_at,
        {{ parse_timestamp('landed.paid_at', var('time_zone')) }} as paid_at
    from landed

),

regions as (

    {{ match_regions('typed', 'region_text') }}

),

checked as (

    select
        typed.*,
        regions.province_code,
        regions.city_code,
        {{ compact_list([
            ('missing_order_number', "typed.source_order_id is null"),
            ('invalid_amount', "typed.document_amount is null"),
            ('invalid_order_time', "typed.ordered_at is null"),
            ('order_after_landing', "cast(typed.ordered_at as date) > typed.landed_on"),
            ('negative_amount_not_return', "typed.document_amount < 0"),
            ('never_paid', "typed.status = 'cancelled' and typed.paid_at is null"),
        ]) }} as own_rules
    from typed
    left join regions
        on typed.region_text = regions.address

),

compared as (

    select
        *,
        {{ compare_versions(['source_order_id']) }}
    from checked

),

final as (

    select
        {{ with_version_rules([
            ('conflicting_row', "landed_content <> latest_content"),
            ('repeated_row', "copy_number > 1"),
        ], working=['region_text']) }}
    from compared

)

select * from final
