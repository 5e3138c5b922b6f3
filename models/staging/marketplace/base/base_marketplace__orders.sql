-- grain: one landed marketplace order, typed, with the rules it breaks

with

landed as (

    select * from {{ source('marketplace', 'orders') }}

),

typed as (

    select
        {{ lineage_columns() }},
        landed._landed_at as landed_at,
        {{ landed_content('marketplace', 'orders') }} as landed_content,
        {{ region_text(
            ['landed.receiver_province', 'landed.receiver_city', 'landed.receiver_district'],
            'landed.receiver_address'
        ) }} as region_text,

        -- keys: the platforms number their buyers in ranges of their own (tb..., jd..., pdd...)
        nullif(trim(landed.order_sn), '') as source_order_id,
        nullif(trim(landed.buyer_id), '') as source_customer_id,

        -- attributes
        landed._row_kind as row_kind,
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

        -- flags
        {{ parse_boolean('landed.is_gift') }} as is_gift,

        -- measures
        {{ parse_amount('landed.pay_amount', var('currency')) }} as document_amount,

        -- timestamps
        {{ parse_timestamp('landed.ordered_at', var('time_zone')) }} as ordered_at,
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
        regions.district,
        {{ region_status() }} as region_status,
        -- never_paid stands last: as the first reason it is the only one (stg_marketplace__customers)
        {{ compact_list([
            ('total_row', "typed.row_kind = 'total'"),
            ('note_row', "typed.row_kind = 'note'"),
            ('missing_order_number', "typed.source_order_id is null"),
            ('invalid_amount', "typed.document_amount is null"),
            ('invalid_order_time', "typed.ordered_at is null"),
            ('order_after_landing', "cast(typed.ordered_at as date) > typed.landed_on"),
            ('negative_amount_not_return', "typed.document_amount < 0"),
            ('never_paid', "typed.status = '交易关闭' and typed.paid_at is null"),
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
