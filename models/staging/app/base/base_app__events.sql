-- grain: one landed behaviour event, typed, with the rules it breaks

with

landed as (

    select * from {{ source('app', 'events') }}

),

typed as (

    select
        {{ lineage_columns() }},
        landed._landed_at as landed_at,
        {{ landed_content('app', 'events') }} as landed_content,

        -- keys
        nullif(trim(landed.event_id), '') as source_interaction_id,
        nullif(trim(landed.user_id), '') as source_customer_id,
        nullif(trim(landed.session_id), '') as session_id,
        nullif(trim(landed.sku), '') as source_product_id,
        nullif(trim(landed.content_id), '') as content_id,

        -- attributes
        lower(nullif(trim(landed.event_name), '')) as interaction_type,
        lower(nullif(trim(landed.platform), '')) as platform,
        nullif(replace(landed.compared_skus, ' ', ''), '') as compared_products,
        nullif(trim(landed.search_term), '') as search_term,
        lower(nullif(trim(landed.content_type), '')) as content_type,

        -- timestamps
        {{ parse_timestamp('landed.event_at_ms', var('time_zone')) }} as occurred_at
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
