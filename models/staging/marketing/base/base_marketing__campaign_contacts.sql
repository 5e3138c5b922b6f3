-- grain: one landed row of a profile in the target group of a campaign, typed, with the rules it breaks

{% set rules = [
    ('missing_record_key', "campaign_code is null or source_customer_id is null"),
    ('invalid_time', "has_unreadable_time"),
    ('time_after_landing', "cast(greatest(sent_at, opened_at, clicked_at, converted_at) as date) > landed_on"),
    ('times_out_of_order', "least(opened_at, clicked_at, converted_at) < sent_at"),
] %}

with

landed as (

    select * from {{ source('marketing', 'campaign_contacts') }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ clean_text('landed.campaign_code') }} as campaign_code,
        {{ clean_text('landed.profile_id') }} as source_customer_id,
        {{ clean_text('landed.order_no') }} as source_order_id,

        -- attributes
        {{ recode('landed.variant', 'campaign_variant') }} as variant,

        -- flags
        {{ is_unreadable('landed.sent_at', parse_timestamp('landed.sent_at', var('time_zone'))) }}
        or {{ is_unreadable('landed.opened_at', parse_timestamp('landed.opened_at', var('time_zone'))) }}
        or {{ is_unreadable('landed.clicked_at', parse_timestamp('landed.clicked_at', var('time_zone'))) }}
        or {{ is_unreadable('landed.converted_at', parse_timestamp('landed.converted_at', var('time_zone'))) }}
            as has_unreadable_time,

        -- timestamps
        {{ parse_timestamp('landed.sent_at', var('time_zone')) }} as sent_at,
        {{ parse_timestamp('landed.opened_at', var('time_zone')) }} as opened_at,
        {{ parse_timestamp('landed.clicked_at', var('time_zone')) }} as clicked_at,
        {{ parse_timestamp('landed.converted_at', var('time_zone')) }} as converted_at
    from landed

),

final as (

    select
        *,
        {{ broken_rules(versioned_rules(rules, keys=['campaign_code', 'source_customer_id'])) }}
    from typed

)

select * from final
