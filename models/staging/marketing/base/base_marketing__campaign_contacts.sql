-- grain: one landed row of a profile in the target group of a campaign, typed, with the rules it breaks

{% set rules = [
    ('missing_record_key', "campaign_code is null or source_customer_id is null"),
    ('invalid_time', "has_unreadable_time"),
    ('time_after_landing', "cast(greatest(sent_at, opened_at, clicked_at, converted_at) as date) > landed_on"),
    before_first_day('marketing', ['sent_at', 'opened_at', 'clicked_at', 'converted_at']),
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
        {{ function('clean_text') }}(landed.campaign_code) as campaign_code,
        {{ function('clean_text') }}(landed.profile_id) as source_customer_id,
        {{ function('clean_text') }}(landed.order_no) as source_order_id,

        -- attributes
        {{ function('recode') }}(landed.variant, 'campaign_variant') as variant,

        -- flags
        {{ is_unreadable('landed.sent_at', 'parse_timestamp') }}
        or {{ is_unreadable('landed.opened_at', 'parse_timestamp') }}
        or {{ is_unreadable('landed.clicked_at', 'parse_timestamp') }}
        or {{ is_unreadable('landed.converted_at', 'parse_timestamp') }}
            as has_unreadable_time,

        -- timestamps
        {{ function('parse_timestamp') }}(landed.sent_at) as sent_at,
        {{ function('parse_timestamp') }}(landed.opened_at) as opened_at,
        {{ function('parse_timestamp') }}(landed.clicked_at) as clicked_at,
        {{ function('parse_timestamp') }}(landed.converted_at) as converted_at
    from landed

),

final as (

    {{ with_broken_rules('typed', rules, keys=['campaign_code', 'source_customer_id']) }}

)

select * from final
