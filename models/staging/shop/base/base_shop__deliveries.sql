-- grain: one landed shipment, typed, with the rules it breaks

{% set times = ['promised_at', 'shipped_at', 'delivered_at'] %}
{% set rules = [
    ('total_row', "row_kind = 'total'"),
    ('note_row', "row_kind = 'note'"),
    ('missing_record_key', "source_delivery_id is null"),
    ('missing_order_number', "source_order_id is null"),
    ('invalid_time', "has_unreadable_time"),
    ('time_after_landing', "cast(shipped_at as date) > landed_on or cast(delivered_at as date) > landed_on"),
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
        {{ clean_text('landed.shipment_id') }} as source_delivery_id,
        {{ clean_text('landed.order_id') }} as source_order_id,

        -- attributes
        {{ clean_text('landed.carrier') }} as carrier,
        regions.province_code,
        regions.city_code,

        -- flags
        {% for time in times -%}
        {{ is_unreadable('landed.' ~ time, parse_timestamp('landed.' ~ time, var('time_zone'))) }}
        {{ "or " if not loop.last }}
        {%- endfor %} as has_unreadable_time,

        -- timestamps
        {% for time in times -%}
        {{ parse_timestamp('landed.' ~ time, var('time_zone')) }} as {{ time }}{{ "," if not loop.last }}
        {% endfor %}
    from landed
    left join regions
        on landed.place = regions.address

),

final as (

    select
        *,
        {{ broken_rules(rules + [
            ('repeated_row', is_repeated(['source_delivery_id'], rules)),
            ('conflicting_row', is_superseded(['source_delivery_id'], rules)),
        ]) }}
    from typed

)

select * from final
