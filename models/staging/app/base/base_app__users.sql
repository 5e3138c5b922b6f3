-- grain: one landed app account, typed, with the rules it breaks

{% set rules = [
    ('walk_in_customer', "is_walk_in"),
    ('missing_record_key', "source_customer_id is null"),
    ('invalid_time', "has_unreadable_time"),
    ('time_after_landing', "cast(first_seen_at as date) > landed_on or cast(last_seen_at as date) > landed_on"),
    before_first_day('app', ['first_seen_at', 'last_seen_at']),
] %}

with

landed as (

    select
        *,
        {{ function('clean_text') }}(city) as place,
        {{ function('parse_integer') }}(birth_year) as written_birth_year
    from {{ source('app', 'users') }}

),

regions as (

    {{ match_regions('landed', 'place') }}

),

parsed as (

    select
        landed.*,
        {{ row_content_hash('landed') }} as content_hash,
        {{ function('phone') }}(landed.phone) as phone_parts
    from landed

),

typed as (

    select
        {{ lineage_columns('parsed') }},
        {{ version_columns('parsed') }},

        -- keys
        {{ function('clean_text') }}(parsed.user_id) as source_customer_id,
        {{ function('customer_key') }}(parsed.union_id).number as unionid,
        {{ function('customer_key') }}(parsed.member_no).number as member_no,

        -- attributes: the app opens accounts for natural persons only
        'person' as record_kind,
        parsed.phone_parts.number as phone,
        parsed.phone_parts.reason as phone_reason,
        parsed.phone_parts.partial as phone_partial,
        {{ function('gender') }}(parsed.gender) as gender,
        -- the bounds of birth_date()
        case
            when parsed.written_birth_year between 1900 and extract(year from parsed._landed_at)
                then cast(parsed.written_birth_year as integer)
        end as birth_year,
        regions.province_code,
        regions.city_code,
        regions.district,
        {{ region_status('parsed.city', 'parsed') }} as region_status,
        {{ missing_reasons([
            ('phone', 'parsed.phone'),
            ('gender', 'parsed.gender'),
            ('city_code', 'parsed.city'),
        ]) }} as missing_reasons,

        -- flags
        {{ is_walk_in('parsed.user_id') }} as is_walk_in,
        {{ is_unreadable('parsed.registered_at_ms', 'parse_timestamp') }}
        or {{ is_unreadable('parsed.last_login_at_ms', 'parse_timestamp') }}
            as has_unreadable_time,

        -- timestamps
        {{ function('parse_timestamp') }}(parsed.registered_at_ms) as first_seen_at,
        {{ function('parse_timestamp') }}(parsed.last_login_at_ms) as last_seen_at
    from parsed
    left join regions
        on parsed.place = regions.address

),

final as (

    {{ with_broken_rules('typed', rules, keys=['source_customer_id'], changed_at='last_seen_at') }}

)

select * from final
