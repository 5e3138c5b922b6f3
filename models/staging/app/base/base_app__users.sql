-- grain: one landed app account, typed, with the rules it breaks

with

landed as (

    select * from {{ source('app', 'users') }}

),

typed as (

    select
        {{ lineage_columns() }},
        landed._landed_at as landed_at,
        {{ landed_content('app', 'users') }} as landed_content,
        nullif(trim(landed.city), '') as region_text,
        {{ parse_integer('landed.birth_year') }} as written_birth_year,

        -- keys
        nullif(trim(landed.user_id), '') as source_customer_id,
        nullif(trim(landed.union_id), '') as unionid,
        nullif(trim(landed.member_no), '') as member_no,

        -- attributes
        {{ phone('landed.phone') }} as phone,
        {{ phone_reason('landed.phone') }} as phone_reason,
        {{ phone_partial('landed.phone') }} as phone_partial,
        {{ gender('landed.gender') }} as gender,

        -- timestamps
        {{ parse_timestamp('landed.registered_at_ms', var('time_zone')) }} as registered_at,
        {{ parse_timestamp('landed.last_login_at_ms', var('time_zone')) }} as last_login_at
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
        -- the bounds of birth_date()
        case
            when typed.written_birth_year between 1900 and extract(year from typed.landed_on)
                then cast(typed.written_birth_year as integer)
        end as birth_year,
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
        {{ compare_versions(['source_customer_id'], changed_at='last_login_at') }}
    from checked

),

final as (

    select
        {{ with_version_rules([
            ('conflicting_row', "landed_content <> latest_content"),
            ('repeated_row', "copy_number > 1"),
        ], working=['region_text', 'written_birth_year']) }}
    from compared

)

select * from final
