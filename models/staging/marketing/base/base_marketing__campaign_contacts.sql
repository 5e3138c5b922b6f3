-- grain: one landed row of a profile in the target group of a campaign, typed, with the rules it breaks

{% set times = ['sent_at', 'opened_at', 'clicked_at', 'converted_at'] %}
{% set rules = [
    ('total_row', "row_kind = 'total'"),
    ('note_row', "row_kind = 'note'"),
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
        {% for time in times -%}
        {{ is_unreadable('landed.' ~ time, parse_timestamp('landed.' ~ time, var('time_zone'))) }}
        {{ "or " if not loop.last }}
        {%- endfor %} as has_unreadable_time,

        -- timestamps
        {% for time in times -%}
        {{ parse_timestamp('landed.' ~ time, var('time_zone')) }} as {{ time }}{{ "," if not loop.last }}
        {% endfor %}
    from landed

),

final as (

    select
        *,
        {{ broken_rules(rules + [
            ('repeated_row', is_repeated(['campaign_code', 'source_customer_id'], rules)),
            ('conflicting_row', is_superseded(['campaign_code', 'source_customer_id'], rules)),
        ]) }}
    from typed

)

select * from final
