-- grain: one landed row of a profile, typed, with the rules it breaks

{% set rules = [
    ('walk_in_customer', "is_walk_in"),
    ('missing_record_key', "source_customer_id is null"),
    ('invalid_time', "has_unreadable_time"),
    ('time_after_landing', "cast(greatest(first_seen_at, unsubscribed_at) as date) > landed_on"),
    before_first_day('marketing', ['first_seen_at', 'unsubscribed_at']),
] %}

with

landed as (

    select * from {{ source('marketing', 'profiles') }}

),

parsed as (

    select
        landed.*,
        {{ row_content_hash('landed') }} as content_hash,
        {{ function('person_name') }}(landed.full_name) as name_parts,
        {{ function('phone') }}(landed.mobile) as phone_parts,
        {{ function('email') }}(landed.email) as email_parts
    from landed

),

typed as (

    select
        {{ lineage_columns('parsed') }},
        {{ version_columns('parsed') }},

        -- keys
        {{ function('clean_text') }}(parsed.profile_id) as source_customer_id,

        -- attributes
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
        {{ function('customer_key') }}(parsed.unionid).number as unionid,
        {{ function('customer_key') }}(parsed.member_no).number as member_no,
        {{ function('clean_text') }}(parsed.imported_from) as imported_from,
        {{ missing_reasons([
            ('name', 'parsed.full_name'),
            ('phone', 'parsed.mobile'),
            ('email', 'parsed.email'),
        ]) }} as missing_reasons,

        -- flags
        {{ is_walk_in(
            'parsed.profile_id',
            "parsed.name_parts.reason = 'walk_in'",
            [
                'parsed.phone_parts.number',
                'parsed.phone_parts.partial',
                'parsed.email_parts.address',
                function('customer_key') ~ '(parsed.unionid).number',
                function('customer_key') ~ '(parsed.member_no).number',
            ]
        ) }} as is_walk_in,
        {{ is_unreadable('parsed.created_at', 'parse_timestamp') }}
        or {{ is_unreadable('parsed.unsubscribed_at', 'parse_timestamp') }}
            as has_unreadable_time,

        -- timestamps
        {{ function('parse_timestamp') }}(parsed.created_at) as first_seen_at,
        {{ function('parse_timestamp') }}(parsed.unsubscribed_at) as unsubscribed_at
    from parsed

),

final as (

    {{ with_broken_rules('typed', rules, keys=['source_customer_id']) }}

)

select * from final
