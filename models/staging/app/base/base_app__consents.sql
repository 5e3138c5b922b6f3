-- grain: one landed switch of the privacy settings, typed, with the rules it breaks

with

landed as (

    select * from {{ source('app', 'consents') }}

),

typed as (

    select
        {{ lineage_columns() }},
        landed._landed_at as landed_at,
        {{ landed_content('app', 'consents') }} as landed_content,

        -- keys
        nullif(trim(landed.consent_id), '') as source_consent_id,
        nullif(trim(landed.user_id), '') as source_customer_id,

        -- attributes
        lower(nullif(trim(landed.purpose), '')) as purpose,
        lower(nullif(trim(landed.channel), '')) as channel,

        -- flags
        {{ parse_boolean('landed.granted') }} as is_granted,

        -- timestamps
        {{ parse_utc('landed.changed_at_utc') }} as changed_at
    from landed

),

checked as (

    select
        *,
        {{ compact_list([
            ('missing_record_key', "source_consent_id is null or source_customer_id is null"),
            ('missing_type', "purpose is null"),
            ('invalid_consent', "is_granted is null"),
            ('invalid_time', "changed_at is null"),
            ('time_after_landing', "cast(changed_at as date) > landed_on"),
        ]) }} as own_rules
    from typed

),

compared as (

    select
        *,
        {{ compare_versions(['source_consent_id']) }}
    from checked

),

final as (

    select
        {{ with_version_rules([
            ('conflicting_row', "landed_content <> latest_content"),
            ('repeated_row', "copy_number > 1"),
        ]) }}
    from compared

)

select * from final
