-- grain: one landed store, typed, with the rules it breaks

{% set rules = [
    ('missing_record_key', "store_code is null"),
] %}

with

landed as (

    select
        *,
        {{ place_text(['province', 'city'], 'address') }} as place
    from {{ source('pos', 'stores') }}

),

regions as (

    {{ match_regions('landed', 'place') }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ clean_text('landed.store_code') }} as store_code,
        {{ clean_text('landed.dealer_code') }} as dealer_code,

        -- attributes
        {{ clean_text('landed.store_name') }} as store_name,
        {{ clean_text('landed.store_type') }} as store_type,
        regions.province_code,
        regions.city_code,

        -- dates
        {{ parse_date('landed.opened_on', var('time_zone')) }} as opened_on
    from landed
    left join regions
        on landed.place = regions.address

),

final as (

    select
        *,
        {{ broken_rules(versioned_rules(rules, keys=['store_code'])) }}
    from typed

)

select * from final
