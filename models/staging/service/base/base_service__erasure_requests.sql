-- grain: one landed row of a request to be erased, typed, with the rules it breaks

-- A request is honoured whatever its date says: an unreadable date is null and no rule.
{% set rules = [
    ('missing_record_key', "source_request_id is null"),
] %}

with

landed as (

    select * from {{ source('service', 'erasure_requests') }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ function('clean_text') }}(landed.request_id) as source_request_id,
        {{ function('clean_text') }}(landed.requester_id) as source_customer_id,

        -- attributes
        {{ function('phone') }}(landed.phone).number as phone,
        {{ function('email') }}(landed.email).address as email,
        {{ function('recode') }}(landed.status, 'erasure_status') as status,

        -- timestamps
        {{ function('parse_timestamp') }}(landed.received_at) as received_at
    from landed

),

final as (

    {{ with_broken_rules('typed', rules, keys=['source_request_id']) }}

)

select * from final
