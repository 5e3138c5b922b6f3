-- grain: one landed payment or refund of a shop order, typed, with the rules it breaks

{# A payment that failed may have no time. #}
{% set rules = [
    ('missing_record_key', "source_payment_id is null"),
    ('missing_order_number', "source_order_id is null"),
    ('invalid_amount', "amount is null"),
    ('invalid_time', "has_unreadable_time or (paid_at is null and coalesce(status, '') <> 'failed')"),
    ('time_after_landing', "cast(paid_at as date) > landed_on"),
    before_first_day('shop', ['paid_at']),
] %}

with

landed as (

    select * from {{ source('shop', 'payments') }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ function('clean_text') }}(landed.payment_id) as source_payment_id,
        {{ function('clean_text') }}(landed.order_id) as source_order_id,

        -- attributes
        lower({{ function('clean_text') }}(landed.method)) as method, -- noqa: RF04
        lower({{ function('clean_text') }}(landed.status)) as status,

        -- flags
        {{ is_unreadable('landed.paid_at', 'parse_timestamp') }}
            as has_unreadable_time,

        -- measures
        {{ function('fen_as_yuan') }}(landed.amount_fen) as amount,

        -- timestamps
        {{ function('parse_timestamp') }}(landed.paid_at) as paid_at
    from landed

),

final as (

    {{ with_broken_rules('typed', rules, keys=['source_payment_id']) }}

)

select * from final
