-- grain: one landed shop account, typed, with the rules it breaks

with

landed as (

    select * from {{ source('shop', 'users') }}

),

typed as (

    select
        {{ lineage_columns() }},
        landed._landed_at as landed_at,
        {{ landed_content('shop', 'users') }} as landed_content,
        {{ region_text(['landed.province', 'landed.city', 'landed.district'], 'landed.address') }} as region_text,

        -- keys
        nullif(trim(landed.user_id), '') as source_customer_id,
        nullif(trim(landed.unionid), '') as unionid,
        nullif(trim(landed.member_no), '') as member_no,

        -- attributes
        {{ name_clean('landed.real_name') }} as name,
        {{ name_honorific('landed.real_name') }} as name_honorific,
        {{ name_note('landed.real_name') }} as name_note,
        {{ name_script('landed.real_name') }} as name_script,
        {{ phone('landed.mobile') }} as phone,
        {{ phone_reason('landed.mobile') }} as phone_reason,
        {{ phone_partial('landed.mobile') }} as phone_partial,
        {{ email('landed.email') }} as email,
        {{ email_reason('landed.email') }} as email_reason,
        {{ gender('landed.gender') }} as gender,
        {{ clean_text('landed.address') }} as address,

        -- dates
        {{ birth_date('landed.birthday', 'landed._landed_at') }} as birth_date,
        {{ birth_date_reason('landed.birthday', 'landed._landed_at') }} as birth_date_reason,

        -- timestamps
        {{ parse_timestamp('landed.registered_at', var('time_zone')) }} as registered_at,
        {{ parse_timestamp('landed.updated_at', var('time_zone')) }} as updated_at
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
            ('missing_record_key', "typed.source_customer_id is null"),
        ]) }} as own_rules
    from typed
    left join regions
        on typed.region_text = regions.address

),

compared as (

    select
        *,
        {{ compare_versions(['source_customer_id'], changed_at='updated_at') }}
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
