-- grain: one landed row of a coupon, typed, with the rules it breaks

{% set rules = [
    ('missing_record_key', "coupon_no is null"),
    ('invalid_time', "issued_at is null or has_unreadable_time"),
    ('time_after_landing', "cast(greatest(issued_at, used_at) as date) > landed_on"),
    before_first_day('marketing', ['issued_at', 'used_at', 'expires_on']),
    ('times_out_of_order', "used_at < issued_at or expires_on < cast(issued_at as date)"),
    ('invalid_amount', "has_unreadable_amount or face_value < 0 or minimum_spend < 0"),
] %}

with

landed as (

    select * from {{ source('marketing', 'coupons') }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ function('clean_text') }}(landed.coupon_no) as coupon_no,
        {{ function('clean_text') }}(landed.profile_id) as source_customer_id,
        {{ function('clean_text') }}(landed.campaign_code) as campaign_code,
        {{ function('clean_text') }}(landed.used_order_no) as used_source_order_id,

        -- flags
        {{ is_unreadable('landed.expires_on', 'parse_date') }}
        or {{ is_unreadable('landed.used_at', 'parse_timestamp') }}
            as has_unreadable_time,
        {{ is_unreadable('landed.face_value', 'parse_amount') }}
        or {{ is_unreadable('landed.min_spend', 'parse_amount') }}
            as has_unreadable_amount,

        -- measures
        {{ function('parse_amount') }}(landed.face_value) as face_value,
        {{ function('parse_amount') }}(landed.min_spend) as minimum_spend,

        -- dates
        {{ function('parse_date') }}(landed.expires_on) as expires_on,

        -- timestamps
        {{ function('parse_timestamp') }}(landed.issued_at) as issued_at,
        {{ function('parse_timestamp') }}(landed.used_at) as used_at
    from landed

),

final as (

    {{ with_broken_rules('typed', rules, keys=['coupon_no']) }}

)

select * from final
