-- grain: one landed verdict, typed, with the rules it breaks

{% set rules = [
    ('missing_record_key', "audit_month is null or record_id is null or field is null"),
    ('unknown_audit_item', "not is_drawn"),
    ('no_verdict_yet', "verdict is null"),
    ('unknown_code', "verdict = 'unmapped'"),
    ('invalid_time', "has_unreadable_date"),
    ('time_after_landing', "reviewed_on > landed_on"),
    before_first_day('stewardship', ['reviewed_on']),
] %}

with

landed as (

    select * from {{ source('stewardship', 'audit_verdicts') }}

),

drawn as (

    -- only a published draw can have been handed to a reviewer
    select * from {{ ref('stg_state__audit_sample') }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ function('parse_month') }}(landed.audit_month) as audit_month,
        {{ function('clean_text') }}(landed.record_id) as record_id,
        lower({{ function('clean_text') }}(landed.field)) as field,

        -- attributes
        {{ function('recode') }}(landed.verdict, 'audit_verdict') as verdict,
        {{ function('clean_text') }}(landed.reviewer) as reviewer,

        -- flags
        {{ is_unreadable('landed.reviewed_on', 'parse_date') }}
            as has_unreadable_date,

        -- dates
        {{ function('parse_date') }}(landed.reviewed_on) as reviewed_on
    from landed

),

matched as (

    select
        typed.*,
        drawn.record_id is not null as is_drawn
    from typed
    left join drawn
        on
            typed.audit_month = drawn.audit_month
            and typed.record_id = drawn.record_id
            and typed.field = drawn.field

),

final as (

    {{ with_broken_rules('matched', rules, keys=['audit_month', 'record_id', 'field']) }}

)

select * from final
