-- grain: one landed consent or withdrawal, typed, with the rules it breaks

{% set rules = [
    ('missing_record_key', "(source_consent_id || source_customer_id || purpose) is null"),
    ('unknown_code', "is_granted is null"),
    ('invalid_time', "changed_at is null"),
    ('time_after_landing', "cast(changed_at as date) > landed_on"),
    before_first_day('crm', ['changed_at']),
] %}

with

landed as (

    select * from {{ source('crm', 'consents') }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ function('clean_text') }}(landed.consent_id) as source_consent_id,
        {{ function('clean_text') }}(landed.contact_id) as source_customer_id,

        -- attributes
        {{ function('recode') }}(landed.purpose, 'consent_purpose') as purpose,
        {{ function('recode') }}(landed.channel, 'consent_channel') as channel,

        -- flags
        case {{ function('recode') }}(landed.status, 'consent_status')
            when 'granted' then true
            when 'withdrawn' then false
        end
            as is_granted,

        -- timestamps
        {{ function('parse_timestamp') }}(landed.recorded_at) as changed_at
    from landed

),

final as (

    {{ with_broken_rules('typed', rules, keys=['source_consent_id']) }}

)

select * from final
