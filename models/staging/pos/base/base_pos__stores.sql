-- grain: one landed store, typed, with the rules it breaks

with

landed as (

    select * from {{ source('pos', 'stores') }}

),

typed as (

    select
        {{ lineage_columns() }},
        landed._landed_at as landed_at,
        {{ landed_content('pos', 'stores') }} as landed_content,
        {{ region_text(['landed.province', 'landed.city'], 'landed.address') }} as region_text,

        -- keys
        nullif(trim(landed.store_code), '') as store_code,
        nullif(trim(landed.dealer_code), '') as dealer_code,

        -- attributes
        landed._row_kind as row_kind,
        {{ clean_text('landed.store_name') }} as store_name,
        {{ clean_text('landed.store_type') }} as store_type,

        -- dates
        {{ parse_date('landed.opened_on', var('time_zone')) }} as opened_on
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
            ('total_row', "typed.row_kind = 'total'"),
            ('note_row', "typed.row_kind = 'note'"),
            ('missing_record_key', "typed.store_code is null"),
        ]) }} as own_rules
    from typed
    left join regions
        on typed.region_text = regions.address

),

compared as (

    select
        *,
        {{ compare_versions(['store_code']) }}
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
