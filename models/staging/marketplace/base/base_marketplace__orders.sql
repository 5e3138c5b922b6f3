-- grain: one landed marketplace order, typed, with the rules it breaks

{# never_paid stands last: as the first reason it is the only one (stg_marketplace__customers). #}
{% set rules = [
    ('missing_order_number', "source_order_id is null"),
    ('invalid_amount', "document_amount is null"),
    ('invalid_order_time', "ordered_at is null"),
    ('order_after_landing', "cast(ordered_at as date) > landed_on"),
    ('negative_amount_not_return', "document_amount < 0"),
    ('never_paid', "status = '交易关闭' and paid_at is null"),
] %}

with

landed as (

    select
        *,
        {{ place_text(['receiver_province', 'receiver_city', 'receiver_district'], 'receiver_address') }} as place
    from {{ source('marketplace', 'orders') }}

),

regions as (

    {{ match_regions('landed', 'place') }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys: the platforms number their buyers in ranges of their own (tb..., jd..., pdd...)
        {{ clean_text('landed.order_sn') }} as source_order_id,
        {{ clean_text('landed.buyer_id') }} as source_customer_id,

        -- attributes
        'sale' as document_kind,
        'marketplace' as channel,
        {{ clean_text('landed.platform') }} as platform,
        {{ clean_text('landed.status') }} as status,
        {{ name_clean('landed.receiver_name') }} as name,
        {{ name_honorific('landed.receiver_name') }} as name_honorific,
        {{ name_note('landed.receiver_name') }} as name_note,
        {{ name_script('landed.receiver_name') }} as name_script,
        {{ phone('landed.receiver_phone') }} as phone,
        {{ phone_reason('landed.receiver_phone') }} as phone_reason,
        {{ phone_partial('landed.receiver_phone') }} as phone_partial,
        {{ clean_text('landed.receiver_address') }} as address,
        regions.province_code,
        regions.city_code,
        regions.district,
        {{ region_status('landed.receiver_city') }} as region_status,

        -- flags
        {{ parse_boolean('landed.is_gift') }} as is_gift,

        -- measures
        {{ parse_amount('landed.pay_amount', var('currency')) }} as document_amount,

        -- timestamps
        {{ parse_timestamp('landed.ordered_at', var('time_zone')) }} as ordered_at,
        {{ parse_timestamp('landed.paid_at', var('time_zone')) }} as paid_at
    from landed
    left join regions
        on landed.place = regions.address

),

final as (

    select
        *,
        {{ broken_rules(versioned_rules(rules, keys=['source_order_id'])) }}
    from typed

)

select * from final
