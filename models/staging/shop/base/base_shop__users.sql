-- grain: one landed shop account, typed, with the rules it breaks

{% set rules = [
    ('walk_in_customer', "is_walk_in"),
    ('missing_record_key', "source_customer_id is null"),
    ('invalid_time', "has_unreadable_time"),
    ('time_after_landing', "cast(first_seen_at as date) > landed_on or cast(last_seen_at as date) > landed_on"),
    before_first_day('shop', ['first_seen_at', 'last_seen_at']),
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

parsed as (

    select
        landed.*,
        {{ row_content_hash('landed') }} as content_hash,
        {{ function('person_name') }}(landed.real_name) as name_parts,
        {{ function('phone') }}(landed.mobile) as phone_parts,
        {{ function('email') }}(landed.email) as email_parts,
        {{ function('birth_date') }}(landed.birthday, landed._landed_at) as birth_date_parts
    from landed

),

typed as (

    select
        {{ lineage_columns('parsed') }},
        {{ version_columns('parsed') }},

        -- keys
        {{ function('clean_text') }}(parsed.user_id) as source_customer_id,
        {{ function('customer_key') }}(parsed.unionid).number as unionid,
        {{ function('customer_key') }}(parsed.member_no).number as member_no,

        -- attributes: the shop opens accounts for natural persons only
        'person' as record_kind,
        parsed.name_parts.name,
        parsed.name_parts.honorific as name_honorific,
        parsed.name_parts.note as name_note,
        parsed.name_parts.reason as name_reason,
        {{ function('name_script') }}(parsed.name_parts.name) as name_script,
        parsed.phone_parts.number as phone,
        parsed.phone_parts.reason as phone_reason,
        parsed.phone_parts.partial as phone_partial,
        parsed.email_parts.address as email,
        parsed.email_parts.reason as email_reason,
        {{ function('gender') }}(parsed.gender) as gender,
        {{ function('clean_text') }}(parsed.address) as address,
        regions.province_code,
        regions.city_code,
        regions.district,
        {{ region_status('parsed.city', 'parsed') }} as region_status,
        {{ missing_reasons([
            ('name', 'parsed.real_name'),
            ('phone', 'parsed.mobile'),
            ('email', 'parsed.email'),
            ('birth_date', 'parsed.birthday'),
            ('gender', 'parsed.gender'),
            ('city_code', 'parsed.city'),
            ('address', 'parsed.address'),
        ]) }} as missing_reasons,

        -- flags
        {{ is_walk_in(
            'parsed.user_id',
            "parsed.name_parts.reason = 'walk_in'",
            [
                'parsed.phone_parts.number',
                'parsed.phone_parts.partial',
                'parsed.email_parts.address',
                function('customer_key') ~ '(parsed.unionid).number',
                function('customer_key') ~ '(parsed.member_no).number',
            ]
        ) }} as is_walk_in,
        {{ is_unreadable('parsed.registered_at', 'parse_timestamp') }}
        or {{ is_unreadable('parsed.updated_at', 'parse_timestamp') }}
            as has_unreadable_time,

        -- dates
        parsed.birth_date_parts.date as birth_date,
        parsed.birth_date_parts.reason as birth_date_reason,

        -- timestamps
        {{ function('parse_timestamp') }}(parsed.registered_at) as first_seen_at,
        {{ function('parse_timestamp') }}(parsed.updated_at) as last_seen_at
    from parsed
    left join regions
        on parsed.place = regions.address

),

final as (

    {{ with_broken_rules('typed', rules, keys=['source_customer_id'], changed_at='last_seen_at') }}

)

select * from final
