-- grain: one landed answer to a question, typed, with the rules it breaks

{% set rules = [
    ('missing_record_key', "source_response_id is null"),
    ('invalid_time', "answered_at is null"),
    ('time_after_landing', "cast(answered_at as date) > landed_on"),
    before_first_day('marketing', ['answered_at']),
    ('invalid_score', "score is null or scale_max is null or scale_max <= 0 or score not between 0 and scale_max"),
] %}

with

landed as (

    select * from {{ source('marketing', 'surveys') }}

),

parsed as (

    select
        landed.*,
        {{ row_content_hash('landed') }} as content_hash,
        {{ function('phone') }}(landed.mobile) as phone_parts
    from landed

),

typed as (

    select
        {{ lineage_columns('parsed') }},
        {{ version_columns('parsed') }},

        -- keys
        {{ function('clean_text') }}(parsed.response_id) as source_response_id,
        {{ function('clean_text') }}(parsed.profile_id) as source_customer_id,

        -- attributes
        parsed.phone_parts.number as phone,
        parsed.phone_parts.reason as phone_reason,
        {{ function('recode') }}(parsed.question, 'survey_question') as question,
        {{ function('recode') }}(parsed.touch_point, 'touch_point') as touch_point,
        {{ function('clean_text') }}(parsed.store_code) as store_code,
        {{ function('clean_text') }}(parsed.agent_id) as agent_id,

        -- measures: exact, so that no text becomes NaN or infinity
        try_cast({{ function('clean_text') }}(parsed.score) as decimal(18, 4)) as score,
        try_cast({{ function('clean_text') }}(parsed.scale_max) as decimal(18, 4)) as scale_max,

        -- timestamps
        {{ function('parse_timestamp') }}(parsed.answered_at) as answered_at
    from parsed

),

final as (

    {{ with_broken_rules('typed', rules, keys=['source_response_id']) }}

)

select * from final
