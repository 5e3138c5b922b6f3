-- grain: one landed payment or refund of a shop order, typed, with the rules it breaks

with

landed as (

    select * from {{ source('shop', 'payments') }}

),

typed as (

    select
        {{ lineage_columns() }},
        landed._landed_at as landed_at,
        {{ landed_content('shop', 'payments') }} as landed_content,

        -- keys
        nullif(trim(landed.payment_id), '') as source_payment_id,
        nullif(trim(landed.order_id), '') as source_order_id,

        -- attributes
        lower(nullif(trim(landed.method), '')) as method,
        lower(nullif(trim(landed.status), '')) as status,

        -- flags: a payment that failed may have no time
        nullif(trim(landed.paid_at), '') is not null as has_paid_time,

        -- measures
        {{ fen_as_yuan('landed.amount_fen') }} as amount,

        -- timestamps
        {{ parse_timestamp('landed.paid_at', var('time_zone')) }} as paid_at
    from landed

),

checked as (

    select
        *,
        {{ compact_list([
            ('missing_record_key', "source_payment_id is null"),
            ('missing_order_number', "source_order_id is null"),
            ('invalid_amount', "amount is null"),
            ('invalid_time', "paid_at is null and (has_paid_time or coalesce(status, '') <> 'failed')"),
            ('time_after_landing', "cast(paid_at as date) > landed_on"),
        ]) }} as own_rules
    from typed

),

compared as (

    select
        *,
        {{ compare_versions(['source_payment_id']) }}
    from checked

),

final as (

    select
        {{ with_version_rules([
            ('conflicting_row', "landed_content <> latest_content"),
            ('repeated_row', "copy_number > 1"),
        ], working=['has_paid_time']) }}
    from compared

)

select * from final
