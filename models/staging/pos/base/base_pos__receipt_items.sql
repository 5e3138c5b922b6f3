-- grain: one landed line of a receipt, typed, with the rules it breaks

{% set rules = [
    ('missing_order_number', "source_order_id is null"),
    ('missing_record_key', "source_line_id is null"),
    ('missing_product', "source_product_id is null"),
    ('invalid_quantity', "quantity is null"),
    ('invalid_price', "has_unreadable_price or unit_price < 0"),
    ('invalid_amount', "amount is null"),
    ('zero_quantity', "quantity = 0"),
    ('negative_amount_not_return', "document_kind = 'sale' and (quantity < 0 or amount < 0)"),
    ('positive_amount_on_return', "document_kind = 'return' and (quantity > 0 or amount > 0)"),
    ('orphan_line', "source_order_id is not null and not is_head_landed"),
    ('order_quarantined', "is_head_landed and not is_head_accepted"),
] %}

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
        max(case when {{ list_is_empty('broken_rules') }} then 1 else 0 end) = 1 as is_head_accepted,
        max(case when {{ list_is_empty('broken_rules') }} then document_kind end) as document_kind
    from receipts
    where source_order_id is not null
    group by source_order_id

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ function('clean_text') }}(landed.receipt_no) as source_order_id,
        {{ function('clean_text') }}(landed.line_no) as source_line_id,
        {{ function('clean_text') }}(landed.barcode) as source_product_id,

        -- flags
        {{ is_unreadable('landed.price', 'parse_amount') }} as has_unreadable_price,

        -- measures
        try_cast({{ function('clean_text') }}(landed.quantity) as decimal(18, 3)) as quantity,
        try_cast({{ function('parse_amount') }}(landed.price) as decimal(18, 4)) as unit_price,
        {{ function('parse_amount') }}(landed.discount) as discount_amount,
        {{ function('parse_amount') }}(landed.amount) as amount
    from landed

),

extended as (

    select
        typed.*,
        heads.source_order_id is not null as is_head_landed,
        heads.is_head_accepted,
        heads.document_kind
    from typed
    left join heads
        on typed.source_order_id = heads.source_order_id

),

final as (

    {{ with_broken_rules('extended', rules, keys=['source_order_id', 'source_line_id']) }}

)

select * from final
