-- grain: one landed app account, typed, with the rules it breaks

{% set rules = [
    ('missing_record_key', "source_customer_id is null"),
    ('invalid_time', "has_unreadable_time"),
    ('time_after_landing', "cast(first_seen_at as date) > landed_on or cast(last_seen_at as date) > landed_on"),
] %}

with

landed as (

    select
        *,
        {{ clean_text('city') }} as place,
        {{ parse_integer('birth_year') }} as written_birth_year
    from {{ source('app', 'users') }}

),

regions as (

    {{ match_regions('landed', 'place') }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ clean_text('landed.user_id') }} as source_customer_id,
        {{ clean_text('landed.union_id') }} as unionid,
        {{ clean_text('landed.member_no') }} as member_no,

        -- attributes: the app opens accounts for natural persons only
        'person' as record_kind,
        {{ phone('landed.phone') }} as phone,
        {{ phone_reason('landed.phone') }} as phone_reason,
        {{ phone_partial('landed.phone') }} as phone_partial,
        {{ gender('landed.gender') }} as gender,
        -- the bounds of birth_date()
        case
            when landed.written_birth_year between 1900 and extract(year from landed._landed_at)
                then cast(landed.written_birth_year as integer)
        end as birth_year,
        regions.province_code,
        regions.city_code,
        regions.district,
        {{ region_status('landed.city') }} as region_status,
        {{ missing_reasons([
            ('phone', 'landed.phone'),
            ('gender', 'landed.gender'),
            ('city_code', 'landed.city'),
        ]) }} as missing_reasons,

        -- flags
        {{ is_unreadable('landed.registered_at_ms', parse_timestamp('landed.registered_at_ms', var('time_zone'))) }}
        or {{ is_unreadable('landed.last_login_at_ms', parse_timestamp('landed.last_login_at_ms', var('time_zone'))) }}
            as has_unreadable_time,

        -- timestamps
        {{ parse_timestamp('landed.registered_at_ms', var('time_zone')) }} as first_seen_at,
        {{ parse_timestamp('landed.last_login_at_ms', var('time_zone')) }} as last_seen_at
    from landed
    left join regions
        on landed.place = regions.address

),

final as (

    select
        *,
        {{ broken_rules(versioned_rules(rules, keys=['source_customer_id'], changed_at='last_seen_at')) }}
    from typed

)

select * from final
