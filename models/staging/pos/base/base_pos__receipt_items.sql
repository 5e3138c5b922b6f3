-- grain: one landed line of a receipt, typed, with the rules it breaks

with

landed as (

    select * from {{ source('pos', 'receipt_items') }}

),

receipts as (

    select * from {{ ref('base_pos__receipts') }}

),

heads as (

    select
        source_order_id,
        max(case when {{ list_is_empty('broken_rules') }} then 1 else 0 end) = 1 as is_accepted,
        max(case when {{ list_is_empty('broken_rules') }} then document_kind end) as document_kind
    from receipts
    where source_order_id is not null
    group by source_order_id

),

typed as (

    select
        {{ lineage_columns() }},
        landed._landed_at as landed_at,
        {{ landed_content('pos', 'receipt_items') }} as landed_content,

        -- keys
        nullif(trim(landed.receipt_no), '') as source_order_id,
        nullif(trim(landed.line_no), '') as source_line_id,
        nullif(trim(landed.barcode), '') as source_product_id,

        -- attributes
        landed._row_kind as row_kind,

        -- flags
        nullif(trim(landed.price), '') is not null as has_price,

        -- measures
        try_cast(nullif(trim(landed.quantity), '') as decimal(18, 3)) as quantity,
        try_cast({{ parse_amount('landed.price', var('currency')) }} as decimal(18, 4)) as unit_price,
        {{ parse_amount('landed.discount', var('currency')) }} as discount_amount,
        {{ parse_amount('landed.amount', var('currency')) }} as amount
    from landed

),

checked as (

    select
        typed.*,
        {{ compact_list([
            ('total_row', "typed.row_kind = 'total'"),
            ('note_row', "typed.row_kind = 'note'"),
            ('missing_order_number', "typed.source_order_id is null"),
            ('missing_record_key', "typed.source_line_id is null"),
            ('missing_product', "typed.source_product_id is null"),
            ('invalid_quantity', "typed.quantity is null"),
            ('invalid_price', "(typed.has_price and typed.unit_price is null) or typed.unit_price < 0"),
            ('invalid_amount', "typed.amount is null"),
            ('zero_quantity', "typed.quantity = 0"),
            ('negative_amount_not_return', "heads.document_kind = 'sale' and (typed.quantity < 0 or typed.amount < 0)"),
            ('positive_amount_on_return', "heads.document_kind = 'return' and (typed.quantity > 0 or typed.amount > 0)"),
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
        {{ compare_versions(['source_order_id', 'source_line_id']) }}
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
