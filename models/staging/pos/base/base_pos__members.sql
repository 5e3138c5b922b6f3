-- grain: one landed loyalty card, typed, with the rules it breaks

{% set rules = [
    ('walk_in_customer', "is_walk_in"),
    ('missing_record_key', "source_customer_id is null"),
    ('invalid_time', "has_unreadable_time"),
    ('time_after_landing', "cast(first_seen_at as date) > landed_on"),
    before_first_day('pos', ['first_seen_at']),
] %}

with

landed as (

    select
        *,
        {{ function('clean_text') }}(address) as place
    from {{ source('pos', 'members') }}

),

regions as (

    {{ match_regions('landed', 'place') }}

),

parsed as (

    select
        landed.*,
        {{ row_content_hash('landed') }} as content_hash,
        {{ function('person_name') }}(landed.member_name) as name_parts,
        {{ function('phone') }}(landed.mobile) as phone_parts,
        {{ function('birth_date') }}(landed.birthday, landed._landed_at) as birth_date_parts
    from landed

),

typed as (

    select
        {{ lineage_columns('parsed') }},
        {{ version_columns('parsed') }},

        -- keys: the loyalty number is the till's own number of the customer
        {{ function('clean_text') }}(parsed.member_no) as source_customer_id,
        {{ function('customer_key') }}(parsed.member_no).number as member_no,

        -- attributes: cards are issued to natural persons only
        'person' as record_kind,
        parsed.name_parts.name,
        parsed.name_parts.honorific as name_honorific,
        parsed.name_parts.note as name_note,
        parsed.name_parts.reason as name_reason,
        {{ function('name_script') }}(parsed.name_parts.name) as name_script,
        parsed.phone_parts.number as phone,
        parsed.phone_parts.reason as phone_reason,
        parsed.phone_parts.partial as phone_partial,
        {{ function('gender') }}(parsed.gender) as gender,
        {{ function('clean_text') }}(parsed.address) as address,
        regions.province_code,
        regions.city_code,
        regions.district,
        {{ region_status(relation='parsed') }} as region_status,
        {{ missing_reasons([
            ('name', 'parsed.member_name'),
            ('phone', 'parsed.mobile'),
            ('birth_date', 'parsed.birthday'),
            ('gender', 'parsed.gender'),
            ('address', 'parsed.address'),
        ]) }} as missing_reasons,

        -- flags
        {{ is_walk_in(
            'parsed.member_no',
            "parsed.name_parts.reason = 'walk_in'",
            ['parsed.phone_parts.number', 'parsed.phone_parts.partial']
        ) }} as is_walk_in,
        {{ is_unreadable('parsed.registered_on', 'parse_timestamp') }}
            as has_unreadable_time,

        -- dates
        parsed.birth_date_parts.date as birth_date,
        parsed.birth_date_parts.reason as birth_date_reason,

        -- timestamps
        {{ function('parse_timestamp') }}(parsed.registered_on) as first_seen_at
    from parsed
    left join regions
        on parsed.place = regions.address

),

final as (

    {{ with_broken_rules('typed', rules, keys=['source_customer_id']) }}

)

select * from final
