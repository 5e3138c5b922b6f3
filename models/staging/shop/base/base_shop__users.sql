-- grain: one landed shop account, typed, with the rules it breaks

{% set rules = [
    ('missing_record_key', "source_customer_id is null"),
    ('invalid_time', "has_unreadable_time"),
    ('time_after_landing', "cast(first_seen_at as date) > landed_on or cast(last_seen_at as date) > landed_on"),
] %}

with

landed as (

    select
        *,
        {{ place_text(['province', 'city', 'district'], 'address') }} as place
    from {{ source('shop', 'users') }}

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
        {{ clean_text('landed.unionid') }} as unionid,
        {{ clean_text('landed.member_no') }} as member_no,

        -- attributes: the shop opens accounts for natural persons only
        'person' as record_kind,
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
        regions.province_code,
        regions.city_code,
        regions.district,
        {{ region_status('landed.city') }} as region_status,
        {{ missing_reasons([
            ('name', 'landed.real_name'),
            ('phone', 'landed.mobile'),
            ('email', 'landed.email'),
            ('birth_date', 'landed.birthday'),
            ('gender', 'landed.gender'),
            ('city_code', 'landed.city'),
            ('address', 'landed.address'),
        ]) }} as missing_reasons,

        -- flags
        {{ is_unreadable('landed.registered_at', parse_timestamp('landed.registered_at', var('time_zone'))) }}
        or {{ is_unreadable('landed.updated_at', parse_timestamp('landed.updated_at', var('time_zone'))) }}
            as has_unreadable_time,

        -- dates
        {{ birth_date('landed.birthday', 'landed._landed_at') }} as birth_date,
        {{ birth_date_reason('landed.birthday', 'landed._landed_at') }} as birth_date_reason,

        -- timestamps
        {{ parse_timestamp('landed.registered_at', var('time_zone')) }} as first_seen_at,
        {{ parse_timestamp('landed.updated_at', var('time_zone')) }} as last_seen_at
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
