-- grain: one landed social interaction, typed, with the rules it breaks

{% set rules = [
    ('missing_record_key', "source_interaction_id is null"),
    ('unknown_code', "interaction_type is null"),
    ('invalid_time', "occurred_at is null"),
    ('time_after_landing', "cast(occurred_at as date) > landed_on"),
    before_first_day('social', ['occurred_at']),
] %}

with

landed as (

    select * from {{ source('social', 'interactions') }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ function('clean_text') }}(landed.interaction_id) as source_interaction_id,
        {{ function('clean_text') }}(landed.follower_id) as source_customer_id,
        {{ function('clean_text') }}(landed.content_id) as content_id,

        -- attributes
        'social' as family, -- noqa: RF04
        lower({{ function('clean_text') }}(landed.action)) as interaction_type,
        lower({{ function('clean_text') }}(landed.platform)) as platform,
        -- the contract takes words as well as scores
        cast(try_cast({{ function('clean_text') }}(landed.sentiment) as double) as string) as sentiment,

        -- timestamps
        {{ function('parse_timestamp') }}(landed.occurred_at_utc, utc => true) as occurred_at
    from landed

),

final as (

    {{ with_broken_rules('typed', rules, keys=['source_interaction_id']) }}

)

select * from final
