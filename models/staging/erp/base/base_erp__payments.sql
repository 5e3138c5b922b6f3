-- grain: one landed receipt or refund, typed, with the rules it breaks

{% set rules = [
    ('missing_record_key', "source_payment_id is null"),
    ('missing_order_number', "source_order_id is null"),
    ('invalid_amount', "amount is null"),
    ('invalid_time', "paid_at is null"),
    ('time_after_landing', "cast(paid_at as date) > landed_on"),
    before_first_day('erp', ['paid_at']),
    ('orphan_line', "source_order_id is not null and not is_head_landed"),
    ('order_quarantined', "is_head_landed and not is_head_accepted"),
] %}

with

landed as (

    select * from {{ source('erp', 'payments') }}

),

heads as (

    select
        source_order_id,
        max(case when {{ list_is_empty('broken_rules') }} then 1 else 0 end) as accepted_heads
    from {{ ref('base_erp__orders') }}
    where source_order_id is not null
    group by source_order_id

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ function('clean_text') }}(landed.payment_no) as source_payment_id,
        {{ function('clean_text') }}(landed.order_no) as source_order_id,

        -- attributes
        {{ function('clean_text') }}(landed.method) as method,

        -- measures
        {{ function('parse_amount') }}(landed.amount) as amount,

        -- timestamps
        {{ function('parse_timestamp') }}(landed.paid_on) as paid_at
    from landed

),

extended as (

    select
        typed.*,
        heads.source_order_id is not null as is_head_landed,
        coalesce(heads.accepted_heads = 1, false) as is_head_accepted
    from typed
    left join heads
        on typed.source_order_id = heads.source_order_id

),

final as (

    {{ with_broken_rules('extended', rules, keys=['source_payment_id']) }}

)

select * from final
