-- grain: one landed shipment, typed, with the rules it breaks

with

landed as (

    select * from {{ source('shop', 'deliveries') }}

),

typed as (

    select
        {{ lineage_columns() }},
        landed._landed_at as landed_at,
        {{ landed_content('shop', 'deliveries') }} as landed_content,
        {{ region_text(['landed.city']) }} as region_text,

        -- keys
        nullif(trim(landed.shipment_id), '') as source_delivery_id,
        nullif(trim(landed.order_id), '') as source_order_id,

        -- attributes
        {{ clean_text('landed.carrier') }} as carrier,

        -- flags
        nullif(trim(landed.promised_at), '') is not null as has_promised_time,
        nullif(trim(landed.shipped_at), '') is not null as has_shipped_time,
        nullif(trim(landed.delivered_at), '') is not null as has_delivered_time,

        -- timestamps
        {{ parse_timestamp('landed.promised_at', var('time_zone')) }} as promised_at,
        {{ parse_timestamp('landed.shipped_at', var('time_zone')) }} as shipped_at,
        {{ parse_timestamp('landed.delivered_at', var('time_zone')) }} as delivered_at
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
            ('missing_record_key', "typed.source_delivery_id is null"),
            ('missing_order_number', "typed.source_order_id is null"),
            ('invalid_time', "(typed.has_promised_time and typed.promised_at is null)"
                ~ " or (typed.has_shipped_time and typed.shipped_at is null)"
                ~ " or (typed.has_delivered_time and typed.delivered_at is null)"),
            ('time_after_landing', "cast(typed.shipped_at as date) > typed.landed_on"
                ~ " or cast(typed.delivered_at as date) > typed.landed_on"),
        ]) }} as own_rules
    from typed
    left join regions
        on typed.region_text = regions.address

),

compared as (

    select
        *,
        {{ compare_versions(['source_delivery_id']) }}
    from checked

),

final as (

    select
        {{ with_version_rules([
            ('conflicting_row', "landed_content <> latest_content"),
            ('repeated_row', "copy_number > 1"),
        ], working=['region_text', 'has_promised_time', 'has_shipped_time', 'has_delivered_time']) }}
    from compared

)

select * from final
