-- grain: one landed row of a profile, typed, with the rules it breaks

{% set rules = [
    ('missing_record_key', "source_customer_id is null"),
    ('invalid_time', "has_unreadable_time"),
    ('time_after_landing', "cast(greatest(first_seen_at, unsubscribed_at) as date) > landed_on"),
] %}

with

landed as (

    select * from {{ source('marketing', 'profiles') }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ clean_text('landed.profile_id') }} as source_customer_id,

        -- attributes
        {{ name_clean('landed.full_name') }} as name,
        {{ name_honorific('landed.full_name') }} as name_honorific,
        {{ name_note('landed.full_name') }} as name_note,
        {{ name_script('landed.full_name') }} as name_script,
        {{ phone('landed.mobile') }} as phone,
        {{ phone_reason('landed.mobile') }} as phone_reason,
        {{ phone_partial('landed.mobile') }} as phone_partial,
        {{ email('landed.email') }} as email,
        {{ email_reason('landed.email') }} as email_reason,
        {{ clean_text('landed.unionid') }} as unionid,
        {{ clean_text('landed.member_no') }} as member_no,
        {{ clean_text('landed.imported_from') }} as imported_from,
        {{ missing_reasons([
            ('name', 'landed.full_name'),
            ('phone', 'landed.mobile'),
            ('email', 'landed.email'),
        ]) }} as missing_reasons,

        -- flags
        {{ is_unreadable('landed.created_at', parse_timestamp('landed.created_at', var('time_zone'))) }}
        or {{ is_unreadable('landed.unsubscribed_at', parse_timestamp('landed.unsubscribed_at', var('time_zone'))) }}
            as has_unreadable_time,

        -- timestamps
        {{ parse_timestamp('landed.created_at', var('time_zone')) }} as first_seen_at,
        {{ parse_timestamp('landed.unsubscribed_at', var('time_zone')) }} as unsubscribed_at
    from landed

),

final as (

    select
        *,
        {{ broken_rules(versioned_rules(rules, keys=['source_customer_id'])) }}
    from typed

)

select * from final
