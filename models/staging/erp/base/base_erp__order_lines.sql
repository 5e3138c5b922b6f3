-- grain: one landed line of an order, typed, with the rules it breaks

{% set rules = [
    ('missing_order_number', "source_order_id is null"),
    ('missing_record_key', "source_line_id is null"),
    ('missing_product', "source_product_id is null"),
    ('invalid_quantity', "quantity is null"),
    ('invalid_price', "is_price_given and unit_price is null"),
    ('invalid_amount', "amount is null"),
    ('zero_quantity', "quantity = 0"),
    ('negative_amount_not_return', "document_kind = 'sale' and (amount < 0 or quantity < 0)"),
    ('positive_amount_on_return', "document_kind = 'return' and (amount > 0 or quantity > 0)"),
    ('orphan_line', "source_order_id is not null and not is_head_landed"),
    ('order_quarantined', "is_head_landed and not is_head_accepted"),
] %}

with

landed as (

    select * from {{ source('erp', 'order_lines') }}

),

heads as (

    -- of several versions of a head the accepted one speaks
    select
        source_order_id,
        max(case when {{ list_is_empty('broken_rules') }} then document_kind end) as document_kind,
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
        {{ function('clean_text') }}(landed.order_no) as source_order_id,
        {{ function('clean_text') }}(landed.line_no) as source_line_id,
        {{ function('clean_text') }}(landed.material_no) as source_product_id,

        -- attributes
        {{ function('clean_text') }}(landed.unit) as unit,

        -- flags
        {{ function('clean_text') }}(landed.unit_price) is not null as is_price_given,

        -- measures
        try_cast(replace({{ function('clean_text') }}(landed.quantity), ',', '') as decimal(18, 3)) as quantity,
        try_cast({{ function('parse_amount') }}(landed.unit_price) as decimal(18, 4)) as unit_price,
        {{ function('parse_amount') }}(landed.discount) as discount_amount,
        {{ function('parse_amount') }}(landed.amount) as amount
    from landed

),

extended as (

    select
        typed.*,
        heads.document_kind,
        heads.source_order_id is not null as is_head_landed,
        coalesce(heads.accepted_heads = 1, false) as is_head_accepted
    from typed
    left join heads
        on typed.source_order_id = heads.source_order_id

),

final as (

    {{ with_broken_rules('extended', rules, keys=['source_order_id', 'source_line_id']) }}

)

select * from final
