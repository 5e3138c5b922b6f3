-- grain: one landed offline interaction, typed, with the rules it breaks

{% set rules = [
    ('missing_record_key', "source_interaction_id is null"),
    ('invalid_time', "occurred_at is null"),
    ('time_after_landing', "cast(occurred_at as date) > landed_on"),
    before_first_day('crm', ['occurred_at']),
] %}

with

landed as (

    select
        *,
        {{ function('clean_text') }}(city) as place
    from {{ source('crm', 'activities') }}

),

regions as (

    {{ match_regions('landed', 'place') }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ function('clean_text') }}(landed.activity_id) as source_interaction_id,
        -- a company is met through one of its people: the visit is the company's
        coalesce(
            {{ function('clean_text') }}(landed.company_id), {{ function('clean_text') }}(landed.contact_id)
        ) as source_customer_id,
        {{ function('clean_text') }}(landed.store_code) as store_code,

        -- attributes
        'offline' as family,
        {{ function('recode') }}(landed.activity_type, 'activity_type') as interaction_type,
        regions.city_code,
        {{ function('clean_text') }}(landed.owner) as staff,
        {{ function('clean_text') }}(landed.outcome) as outcome,

        -- measures
        try_cast({{ function('clean_text') }}(landed.duration_min) as double) as duration_minutes,

        -- timestamps
        {{ function('parse_timestamp') }}(landed.started_at) as occurred_at
    from landed
    left join regions
        on landed.place = regions.address

),

final as (

    {{ with_broken_rules('typed', rules, keys=['source_interaction_id']) }}

)

select * from final
