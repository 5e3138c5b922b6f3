-- grain: one landed row of a requester of the service desk, typed, with the rules it breaks

{% set is_company = company_legal_form('landed.requester_name') ~ ' is not null' %}
{% set rules = [
    ('missing_record_key', "source_customer_id is null"),
    ('invalid_time', "has_unreadable_time"),
    ('time_after_landing', "cast(first_seen_at as date) > landed_on"),
] %}

with

landed as (

    select * from {{ source('service', 'requesters') }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ clean_text('landed.requester_id') }} as source_customer_id,

        -- attributes: the desk registers persons and companies in one field, a legal form tells them apart
        case when not {{ is_company }} then {{ name_clean('landed.requester_name') }} end as name,
        case when not {{ is_company }} then {{ name_honorific('landed.requester_name') }} end as name_honorific,
        case when not {{ is_company }} then {{ name_note('landed.requester_name') }} end as name_note,
        case when not {{ is_company }} then {{ name_script('landed.requester_name') }} end as name_script,
        case when {{ is_company }} then {{ company_clean('landed.requester_name') }} end as company_name,
        case when {{ is_company }} then {{ company_branch('landed.requester_name') }} end as company_branch,
        {{ phone('landed.phone') }} as phone,
        {{ phone_reason('landed.phone') }} as phone_reason,
        {{ phone_partial('landed.phone') }} as phone_partial,
        {{ email('landed.email') }} as email,
        {{ email_reason('landed.email') }} as email_reason,
        {{ clean_text('landed.member_no') }} as member_no,
        {{ missing_reasons([
            ('name', 'landed.requester_name'),
            ('phone', 'landed.phone'),
            ('email', 'landed.email'),
        ]) }} as missing_reasons,

        -- flags
        {{ is_unreadable('landed.created_at', parse_timestamp('landed.created_at', var('time_zone'))) }}
            as has_unreadable_time,

        -- timestamps
        {{ parse_timestamp('landed.created_at', var('time_zone')) }} as first_seen_at
    from landed

),

final as (

    select
        *,
        {{ broken_rules(versioned_rules(rules, keys=['source_customer_id'])) }}
    from typed

)

select * from final
