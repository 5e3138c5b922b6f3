-- grain: one landed shipment, typed, with the rules it breaks

{% set rules = [
    ('missing_record_key', "source_delivery_id is null"),
    ('missing_order_number', "source_order_id is null"),
    ('invalid_time', "has_unreadable_time"),
    ('time_after_landing', "cast(shipped_at as date) > landed_on or cast(delivered_at as date) > landed_on"),
    before_first_day('shop', ['promised_at', 'shipped_at', 'delivered_at']),
] %}

with

landed as (

    select
        *,
        {{ place_text(['city']) }} as place
    from {{ source('shop', 'deliveries') }}

),

regions as (

    {{ match_regions('landed', 'place') }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ function('clean_text') }}(landed.shipment_id) as source_delivery_id,
        {{ function('clean_text') }}(landed.order_id) as source_order_id,

        -- attributes
        {{ function('clean_text') }}(landed.carrier) as carrier,
        regions.province_code,
        regions.city_code,

        -- flags
        {{ is_unreadable('landed.promised_at', 'parse_timestamp') }}
        or {{ is_unreadable('landed.shipped_at', 'parse_timestamp') }}
        or {{ is_unreadable('landed.delivered_at', 'parse_timestamp') }}
            as has_unreadable_time,

        -- timestamps
        {{ function('parse_timestamp') }}(landed.promised_at) as promised_at,
        {{ function('parse_timestamp') }}(landed.shipped_at) as shipped_at,
        {{ function('parse_timestamp') }}(landed.delivered_at) as delivered_at
    from landed
    left join regions
        on landed.place = regions.address

),

final as (

    {{ with_broken_rules('typed', rules, keys=['source_delivery_id']) }}

)

select * from final
