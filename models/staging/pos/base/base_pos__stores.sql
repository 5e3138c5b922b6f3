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
        {{ function('clean_text') }}(landed.store_code) as store_code,
        {{ function('clean_text') }}(landed.dealer_code) as dealer_code,

        -- attributes
        {{ function('clean_text') }}(landed.store_name) as store_name,
        {{ function('clean_text') }}(landed.store_type) as store_type,
        regions.province_code,
        regions.city_code,

        -- dates
        {{ function('parse_date') }}(landed.opened_on) as opened_on
    from landed
    left join regions
        on landed.place = regions.address

),

final as (

    {{ with_broken_rules('typed', rules, keys=['store_code']) }}

)

select * from final
