-- grain: one landed movement of points, typed, with the rules it breaks

{% set rules = [
    ('missing_record_key', "source_transaction_id is null"),
    ('invalid_time', "occurred_at is null"),
    ('time_after_landing', "cast(occurred_at as date) > landed_on"),
    before_first_day('marketing', ['occurred_at']),
    ('invalid_quantity', "points is null"),
] %}

with

landed as (

    select * from {{ source('marketing', 'loyalty_transactions') }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ function('clean_text') }}(landed.txn_no) as source_transaction_id,
        {{ function('customer_key') }}(landed.member_no).number as member_no,
        {{ function('clean_text') }}(landed.order_no) as source_order_id,

        -- attributes
        {{ function('recode') }}(landed.txn_type, 'loyalty_transaction_type') as transaction_type,
        {{ function('recode') }}(landed.level, 'loyalty_level') as level, -- noqa: RF04

        -- measures
        {{ function('parse_integer') }}(landed.points) as points,

        -- timestamps
        {{ function('parse_timestamp') }}(landed.txn_at) as occurred_at
    from landed

),

final as (

    {{ with_broken_rules('typed', rules, keys=['source_transaction_id']) }}

)

select * from final
