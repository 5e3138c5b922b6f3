-- grain: one landed sub-order with its refund, typed, with the rules it breaks

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
        max(case when {{ list_is_empty('broken_rules') }} then 1 else 0 end) = 1 as is_accepted
    from orders
    where source_order_id is not null
    group by source_order_id

),

typed as (

    select
        {{ lineage_columns() }},
        landed._landed_at as landed_at,
        {{ landed_content('marketplace', 'order_items') }} as landed_content,

        -- keys
        nullif(trim(landed.order_sn), '') as source_order_id,
        nullif(trim(landed.sub_order_sn), '') as source_line_id,
        nullif(trim(landed.merchant_sku), '') as source_product_id,

        -- attributes
        landed._row_kind as row_kind,

        -- flags: without a status the amount tells
        coalesce(
            nullif(trim(landed.refund_status), '') = '退款成功',
            {{ parse_amount('landed.refund_amount', var('currency')) }} > 0,
            false
        ) as has_refund,
        nullif(trim(landed.unit_price), '') is not null as has_price,

        -- measures; money alone may be paid back: a refund without a quantity takes no goods back
        try_cast(nullif(trim(landed.quantity), '') as decimal(18, 3)) as quantity,
        try_cast({{ parse_amount('landed.unit_price', var('currency')) }} as decimal(18, 4)) as unit_price,
        {{ parse_amount('landed.amount', var('currency')) }} as amount,
        try_cast(coalesce(nullif(trim(landed.refund_quantity), ''), '0') as decimal(18, 3)) as refund_quantity,
        {{ parse_amount('landed.refund_amount', var('currency')) }} as refund_amount,

        -- timestamps
        {{ parse_timestamp('landed.refunded_at', var('time_zone')) }} as refunded_at
    from landed

),

checked as (

    select
        typed.*,
        try_cast(round(typed.quantity * typed.unit_price, 2) - typed.amount as decimal(18, 2)) as discount_amount,
        {{ compact_list([
            ('total_row', "typed.row_kind = 'total'"),
            ('note_row', "typed.row_kind = 'note'"),
            ('missing_order_number', "typed.source_order_id is null"),
            ('missing_record_key', "typed.source_line_id is null"),
            ('missing_product', "typed.source_product_id is null"),
            ('invalid_quantity', "typed.quantity is null or (typed.has_refund and typed.refund_quantity is null)"),
            ('invalid_price', "(typed.has_price and typed.unit_price is null) or typed.unit_price < 0"),
            ('invalid_amount', "typed.amount is null or (typed.has_refund and typed.refund_amount is null)"),
            ('invalid_order_time', "typed.has_refund and typed.refunded_at is null"),
            ('order_after_landing', "typed.has_refund and cast(typed.refunded_at as date) > typed.landed_on"),
            ('zero_quantity', "typed.quantity = 0"),
            ('negative_amount_not_return', "typed.quantity < 0 or typed.amount < 0"),
            ('positive_amount_on_return', "typed.has_refund and (typed.refund_quantity < 0 or typed.refund_amount < 0)"),
            ('orphan_line', "typed.source_order_id is not null and heads.source_order_id is null"),
            ('order_quarantined', "not heads.is_accepted"),
        ]) }} as own_rules
    from typed
    left join heads
        on typed.source_order_id = heads.source_order_id

),

compared as (

    select
        *,
        {{ compare_versions(['source_line_id']) }}
    from checked

),

final as (

    select
        {{ with_version_rules([
            ('conflicting_row', "landed_content <> latest_content"),
            ('repeated_row', "copy_number > 1"),
        ], working=['has_price']) }}
    from compared

)

select * from final
