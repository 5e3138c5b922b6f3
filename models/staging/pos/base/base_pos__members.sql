-- grain: one landed loyalty card, typed, with the rules it breaks

with

landed as (

    select * from {{ source('pos', 'members') }}

),

typed as (

    select
        {{ lineage_columns() }},
        landed._landed_at as landed_at,
        {{ landed_content('pos', 'members') }} as landed_content,
        nullif(trim(landed.address), '') as region_text,

        -- keys: the loyalty number is the till's own number of the customer
        nullif(trim(landed.member_no), '') as source_customer_id,
        nullif(trim(landed.member_no), '') as member_no,

        -- attributes
        landed._row_kind as row_kind,
        {{ name_clean('landed.member_name') }} as name,
        {{ name_honorific('landed.member_name') }} as name_honorific,
        {{ name_note('landed.member_name') }} as name_note,
        {{ name_script('landed.member_name') }} as name_script,
        {{ phone('landed.mobile') }} as phone,
        {{ phone_reason('landed.mobile') }} as phone_reason,
        {{ phone_partial('landed.mobile') }} as phone_partial,
        {{ gender('landed.gender') }} as gender,
        {{ clean_text('landed.address') }} as address,

        -- dates
        {{ birth_date('landed.birthday', 'landed._landed_at') }} as birth_date,
        {{ birth_date_reason('landed.birthday', 'landed._landed_at') }} as birth_date_reason,

        -- timestamps
        {{ parse_timestamp('landed.registered_on', var('time_zone')) }} as registered_at
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
        {{ compact_list([
            ('total_row', "typed.row_kind = 'total'"),
            ('note_row', "typed.row_kind = 'note'"),
            ('missing_record_key', "typed.source_customer_id is null"),
        ]) }} as own_rules
    from typed
    left join regions
        on typed.region_text = regions.address

),

compared as (

    select
        *,
        {{ compare_versions(['source_customer_id']) }}
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
