-- grain: one landed row of a ticket, typed, with the rules it breaks

{% set rules = [
    ('missing_record_key', "source_ticket_id is null"),
    ('invalid_time', "created_at is null or has_unreadable_time"),
    ('time_after_landing', "cast(greatest(created_at, first_response_at, resolved_at) as date) > landed_on"),
    before_first_day('service', ['created_at', 'first_response_at', 'resolved_at']),
    ('times_out_of_order', "first_response_at < created_at or resolved_at < created_at"),
    ('invalid_quantity', "has_unreadable_wait or wait_seconds < 0"),
    ('invalid_score', "has_unreadable_satisfaction or satisfaction not between 1 and 5"),
] %}

with

landed as (

    select * from {{ source('service', 'tickets') }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ function('clean_text') }}(landed.ticket_no) as source_ticket_id,
        {{ function('clean_text') }}(landed.requester_id) as source_customer_id,
        {{ function('clean_text') }}(landed.order_no) as source_order_id,

        -- attributes
        {{ function('recode') }}(landed.category, 'ticket_category') as category,
        {{ function('recode') }}(landed.complaint_type, 'complaint_type') as complaint_type,
        {{ function('recode') }}(landed.channel, 'ticket_channel') as channel,
        {{ function('recode') }}(landed.touch_point, 'touch_point') as touch_point,
        {{ function('clean_text') }}(landed.store_code) as store_code,
        {{ function('clean_text') }}(landed.agent_id) as agent_id,
        {{ function('recode') }}(landed.status, 'ticket_status') as status,

        -- flags
        {{ function('recode') }}(landed.category, 'ticket_category') = 'complaint' as is_complaint,
        {{ is_unreadable('landed.created_at', 'parse_timestamp') }}
        or {{ is_unreadable('landed.first_response_at', 'parse_timestamp') }}
        or {{ is_unreadable('landed.resolved_at', 'parse_timestamp') }}
            as has_unreadable_time,
        {{ is_unreadable('landed.wait_seconds', 'small_integer') }} as has_unreadable_wait,
        {{ is_unreadable('landed.satisfaction', 'small_integer') }}
            as has_unreadable_satisfaction,

        -- measures
        {{ function('small_integer') }}(landed.wait_seconds) as wait_seconds,
        {{ function('small_integer') }}(landed.satisfaction) as satisfaction,

        -- timestamps
        {{ function('parse_timestamp') }}(landed.created_at) as created_at,
        {{ function('parse_timestamp') }}(landed.first_response_at) as first_response_at,
        {{ function('parse_timestamp') }}(landed.resolved_at) as resolved_at
    from landed

),

final as (

    {{ with_broken_rules('typed', rules, keys=['source_ticket_id']) }}

)

select * from final
