-- grain: one landed answer to a question, typed, with the rules it breaks

{% set rules = [
    ('missing_record_key', "source_response_id is null"),
    ('invalid_time', "answered_at is null"),
    ('time_after_landing', "cast(answered_at as date) > landed_on"),
    ('invalid_score', "score is null or scale_max is null or scale_max <= 0 or score not between 0 and scale_max"),
] %}

with

landed as (

    select * from {{ source('marketing', 'surveys') }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ clean_text('landed.response_id') }} as source_response_id,
        {{ clean_text('landed.profile_id') }} as source_customer_id,

        -- attributes
        {{ phone('landed.mobile') }} as phone,
        {{ phone_reason('landed.mobile') }} as phone_reason,
        {{ recode('landed.question', 'survey_question') }} as question,
        {{ recode('landed.touch_point', 'touch_point') }} as touch_point,
        {{ clean_text('landed.store_code') }} as store_code,
        {{ clean_text('landed.agent_id') }} as agent_id,

        -- measures: exact, so that no text becomes NaN or infinity
        try_cast({{ clean_text('landed.score') }} as decimal(18, 4)) as score,
        try_cast({{ clean_text('landed.scale_max') }} as decimal(18, 4)) as scale_max,

        -- timestamps
        {{ parse_timestamp('landed.answered_at', var('time_zone')) }} as answered_at
    from landed

),

final as (

    select
        *,
        {{ broken_rules(versioned_rules(rules, keys=['source_response_id'])) }}
    from typed

)

select * from final
