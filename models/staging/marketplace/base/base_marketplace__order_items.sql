-- grain: one landed sub-order with its refund, typed, with the rules it breaks

{% set rules = [
    ('missing_order_number', "source_order_id is null"),
    ('missing_record_key', "source_line_id is null"),
    ('missing_product', "source_product_id is null"),
    ('invalid_quantity', "quantity is null or (has_refund and refund_quantity is null)"),
    ('invalid_price', "has_unreadable_price or unit_price < 0"),
    ('invalid_amount', "amount is null or (has_refund and refund_amount is null)"),
    ('invalid_order_time', "has_refund and refunded_at is null"),
    ('order_after_landing', "has_refund and cast(refunded_at as date) > landed_on"),
    before_first_day('marketplace', ['refunded_at']),
    ('zero_quantity', "quantity = 0"),
    ('negative_amount_not_return', "quantity < 0 or amount < 0"),
    ('positive_amount_on_return', "has_refund and (refund_quantity < 0 or refund_amount < 0)"),
    ('orphan_line', "source_order_id is not null and not is_head_landed"),
    ('order_quarantined', "is_head_landed and not is_head_accepted"),
] %}

with

landed as (

    select * from {{ source('marketplace', 'order_items') }}

),

orders as (

    select * from {{ ref('base_marketplace__orders') }}

),

heads as (

    select
        source_order_id,
        max(case when {{ list_is_empty('broken_rules') }} then 1 else 0 end) = 1 as is_head_accepted
    from orders
    where source_order_id is not null
    group by source_order_id

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ function('clean_text') }}(landed.order_sn) as source_order_id,
        {{ function('clean_text') }}(landed.sub_order_sn) as source_line_id,
        {{ function('clean_text') }}(landed.merchant_sku) as source_product_id,

        -- flags: without a status the amount tells
        coalesce(
            nullif(trim(landed.refund_status), '') = '退款成功',
            {{ function('parse_amount') }}(landed.refund_amount) > 0,
            false
        ) as has_refund,
        {{ is_unreadable('landed.unit_price', 'parse_amount') }}
            as has_unreadable_price,

        -- measures; money alone may be paid back: a refund without a quantity takes no goods back
        try_cast({{ function('clean_text') }}(landed.quantity) as decimal(18, 3)) as quantity,
        try_cast({{ function('parse_amount') }}(landed.unit_price) as decimal(18, 4)) as unit_price,
        {{ function('parse_amount') }}(landed.amount) as amount,
        try_cast(coalesce(nullif(trim(landed.refund_quantity), ''), '0') as decimal(18, 3)) as refund_quantity,
        {{ function('parse_amount') }}(landed.refund_amount) as refund_amount,

        -- timestamps
        {{ function('parse_timestamp') }}(landed.refunded_at) as refunded_at
    from landed

),

extended as (

    select
        typed.*,
        heads.source_order_id is not null as is_head_landed,
        heads.is_head_accepted,
        try_cast(
            {{ line_amount('typed.quantity', 'typed.unit_price') }} - typed.amount
            as decimal(18, 2)
        ) as discount_amount
    from typed
    left join heads
        on typed.source_order_id = heads.source_order_id

),

final as (

    {{ with_broken_rules('extended', rules, keys=['source_line_id']) }}

)

select * from final
