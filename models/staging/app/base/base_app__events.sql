-- grain: one landed behaviour event, typed, with the rules it breaks

{% set rules = [
    ('missing_record_key', "source_interaction_id is null"),
    ('unknown_code', "interaction_type is null"),
    ('invalid_time', "occurred_at is null"),
    ('time_after_landing', "cast(occurred_at as date) > landed_on"),
    before_first_day('app', ['occurred_at']),
] %}

with

landed as (

    select * from {{ source('app', 'events') }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ function('clean_text') }}(landed.event_id) as source_interaction_id,
        {{ function('clean_text') }}(landed.user_id) as source_customer_id,
        {{ function('clean_text') }}(landed.session_id) as session_id,
        {{ function('clean_text') }}(landed.sku) as source_product_id,
        {{ function('clean_text') }}(landed.content_id) as content_id,

        -- attributes
        'behaviour' as family, -- noqa: RF04
        lower({{ function('clean_text') }}(landed.event_name)) as interaction_type,
        lower({{ function('clean_text') }}(landed.platform)) as platform,
        nullif(replace(landed.compared_skus, ' ', ''), '') as compared_products,
        {{ function('clean_text') }}(landed.search_term) as search_term,
        lower({{ function('clean_text') }}(landed.content_type)) as content_type,

        -- timestamps
        {{ function('parse_timestamp') }}(landed.event_at_ms) as occurred_at
    from landed

),

final as (

    {{ with_broken_rules('typed', rules, keys=['source_interaction_id']) }}

)

select * from final
