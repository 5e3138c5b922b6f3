-- grain: one landed row of a requester of the service desk, typed, with the rules it breaks

{% set is_company = 'parsed.company_parts.legal_form is not null' %}
{% set rules = [
    ('walk_in_customer', "is_walk_in"),
    ('missing_record_key', "source_customer_id is null"),
    ('invalid_time', "has_unreadable_time"),
    ('time_after_landing', "cast(first_seen_at as date) > landed_on"),
    before_first_day('service', ['first_seen_at']),
] %}

with

landed as (

    select * from {{ source('service', 'requesters') }}

),

parsed as (

    select
        landed.*,
        {{ row_content_hash('landed') }} as content_hash,
        {{ function('person_name') }}(landed.requester_name) as name_parts,
        {{ function('company_name') }}(landed.requester_name) as company_parts,
        {{ function('phone') }}(landed.phone) as phone_parts,
        {{ function('email') }}(landed.email) as email_parts
    from landed

),

typed as (

    select
        {{ lineage_columns('parsed') }},
        {{ version_columns('parsed') }},

        -- keys
        {{ function('clean_text') }}(parsed.requester_id) as source_customer_id,

        -- attributes: the desk registers persons and companies in one field, a legal form tells them apart
        case when not {{ is_company }} then parsed.name_parts.name end as name,
        case when not {{ is_company }} then parsed.name_parts.honorific end as name_honorific,
        case when not {{ is_company }} then parsed.name_parts.note end as name_note,
        case when not {{ is_company }} then parsed.name_parts.reason end as name_reason,
        case when not {{ is_company }} then {{ function('name_script') }}(parsed.name_parts.name) end as name_script,
        case when {{ is_company }} then parsed.company_parts.name end as company_name,
        case when {{ is_company }} then parsed.company_parts.branch end as company_branch,
        parsed.phone_parts.number as phone,
        parsed.phone_parts.reason as phone_reason,
        parsed.phone_parts.partial as phone_partial,
        parsed.email_parts.address as email,
        parsed.email_parts.reason as email_reason,
        {{ function('customer_key') }}(parsed.member_no).number as member_no,
        {{ missing_reasons([
            ('name', 'parsed.requester_name'),
            ('phone', 'parsed.phone'),
            ('email', 'parsed.email'),
        ]) }} as missing_reasons,

        -- flags
        {{ is_walk_in(
            'parsed.requester_id',
            "parsed.name_parts.reason = 'walk_in'",
            [
                'parsed.phone_parts.number',
                'parsed.phone_parts.partial',
                'parsed.email_parts.address',
                function('customer_key') ~ '(parsed.member_no).number',
            ]
        ) }} as is_walk_in,
        {{ is_unreadable('parsed.created_at', 'parse_timestamp') }}
            as has_unreadable_time,

        -- timestamps
        {{ function('parse_timestamp') }}(parsed.created_at) as first_seen_at
    from parsed

),

final as (

    {{ with_broken_rules('typed', rules, keys=['source_customer_id']) }}

)

select * from final
