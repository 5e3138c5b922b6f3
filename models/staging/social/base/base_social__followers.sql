-- grain: one landed follower account, typed, with the rules it breaks

{#- Staff write 刘德华13812345678 or 刘总 138 1234 5678: what looks like a number is the phone, the rest the name. #}
{% set number = '[+]?[0-9][0-9 -]{6,}[0-9]' %}
{% set remark_phone = "nullif(regexp_extract(landed.remark, '" ~ number ~ "', 0), '')" %}
{% set remark_name = regexp_replace_all('landed.remark', number, ' ') %}
{% set rules = [
    ('walk_in_customer', "is_walk_in"),
    ('missing_record_key', "source_customer_id is null"),
    ('invalid_time', "has_unreadable_time"),
    ('time_after_landing', "cast(first_seen_at as date) > landed_on or cast(last_seen_at as date) > landed_on"),
    before_first_day('social', ['first_seen_at', 'last_seen_at']),
] %}

with

landed as (

    select
        *,
        {{ place_text(['province', 'city']) }} as place,
        {{ function('fold_width') }}(remark_name) as remark
    from {{ source('social', 'followers') }}

),

regions as (

    {{ match_regions('landed', 'place') }}

),

parsed as (

    select
        landed.*,
        {{ row_content_hash('landed') }} as content_hash,
        {{ function('person_name') }}({{ remark_name }}) as name_parts,
        {{ function('phone') }}({{ remark_phone }}) as phone_parts
    from landed

),

typed as (

    select
        {{ lineage_columns('parsed') }},
        {{ version_columns('parsed') }},

        -- keys
        {{ function('clean_text') }}(parsed.follower_id) as source_customer_id,
        {{ function('customer_key') }}(parsed.unionid).number as unionid,

        -- attributes: companies follow nobody here
        'person' as record_kind,
        parsed.name_parts.name,
        parsed.name_parts.honorific as name_honorific,
        parsed.name_parts.note as name_note,
        parsed.name_parts.reason as name_reason,
        {{ function('name_script') }}(parsed.name_parts.name) as name_script,
        parsed.phone_parts.number as phone,
        parsed.phone_parts.reason as phone_reason,
        {{ function('gender') }}(parsed.gender) as gender,
        regions.province_code,
        regions.city_code,
        regions.district,
        {{ region_status('parsed.city', 'parsed') }} as region_status,

        -- flags
        {{ is_walk_in(
            'parsed.follower_id',
            "parsed.name_parts.reason = 'walk_in'",
            ['parsed.phone_parts.number', function('customer_key') ~ '(parsed.unionid).number']
        ) }} as is_walk_in,
        {{ is_unreadable('parsed.followed_at_utc', 'parse_timestamp') }}
        or {{ is_unreadable('parsed.unfollowed_at_utc', 'parse_timestamp') }}
            as has_unreadable_time,

        -- timestamps
        {{ function('parse_timestamp') }}(parsed.followed_at_utc, utc => true) as first_seen_at,
        {{ function('parse_timestamp') }}(parsed.unfollowed_at_utc, utc => true) as last_seen_at
    from parsed
    left join regions
        on parsed.place = regions.address

),

final as (

    {{ with_broken_rules('typed', rules, keys=['source_customer_id']) }}

)

select * from final
