-- grain: one landed switch of the privacy settings, typed, with the rules it breaks

{% set rules = [
    ('missing_record_key', "source_consent_id is null or source_customer_id is null"),
    ('unknown_code', "purpose is null or is_granted is null"),
    ('invalid_time', "changed_at is null"),
    ('time_after_landing', "cast(changed_at as date) > landed_on"),
    before_first_day('app', ['changed_at']),
] %}

with

landed as (

    select * from {{ source('app', 'consents') }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ function('clean_text') }}(landed.consent_id) as source_consent_id,
        {{ function('clean_text') }}(landed.user_id) as source_customer_id,

        -- attributes
        lower({{ function('clean_text') }}(landed.purpose)) as purpose,
        lower({{ function('clean_text') }}(landed.channel)) as channel,

        -- flags
        {{ function('parse_boolean') }}(landed.granted) as is_granted,

        -- timestamps
        {{ function('parse_timestamp') }}(landed.changed_at_utc, utc => true) as changed_at
    from landed

),

final as (

    {{ with_broken_rules('typed', rules, keys=['source_consent_id']) }}

)

select * from final
