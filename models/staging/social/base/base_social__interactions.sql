-- grain: one landed social interaction, typed, with the rules it breaks

with

landed as (

    select * from {{ source('social', 'interactions') }}

),

typed as (

    select
        {{ lineage_columns() }},
        landed._landed_at as landed_at,
        {{ landed_content('social', 'interactions') }} as landed_content,

        -- keys
        nullif(trim(landed.interaction_id), '') as source_interaction_id,
        nullif(trim(landed.follower_id), '') as source_customer_id,
        nullif(trim(landed.content_id), '') as content_id,

        -- attributes
        lower(nullif(trim(landed.action), '')) as interaction_type,
        lower(nullif(trim(landed.platform), '')) as platform,

        -- measures
        try_cast(nullif(trim(landed.sentiment), '') as double) as sentiment_score,

        -- timestamps
        {{ parse_utc('landed.occurred_at_utc') }} as occurred_at
    from landed

),

checked as (

    select
        *,
        {{ compact_list([
            ('missing_record_key', "source_interaction_id is null"),
            ('missing_type', "interaction_type is null"),
            ('invalid_time', "occurred_at is null"),
            ('time_after_landing', "cast(occurred_at as date) > landed_on"),
        ]) }} as own_rules
    from typed

),

compared as (

    select
        *,
        {{ compare_versions(['source_interaction_id']) }}
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
