-- grain: one landed refund of an item, typed, with the rules it breaks

{% set rules = [
    ('missing_record_key', "source_order_id is null or source_line_id is null"),
    ('missing_order_number', "original_source_order_id is null"),
    ('invalid_quantity', "quantity is null"),
    ('invalid_amount', "amount is null"),
    ('invalid_order_time', "ordered_at is null"),
    ('order_after_landing', "cast(ordered_at as date) > landed_on"),
    before_first_day('shop', ['ordered_at']),
    ('positive_amount_on_return', "quantity > 0 or amount > 0"),
    ('orphan_line', "source_line_id is not null and not is_item_landed"),
    ('order_quarantined', "is_item_landed and not is_item_accepted"),
] %}

with

landed as (

    select * from {{ source('shop', 'refunds') }}

),

order_items as (

    select * from {{ ref('base_shop__order_items') }}

),

items as (

    select
        source_line_id,
        max(case when {{ list_is_empty('broken_rules') }} then 1 else 0 end) = 1 as is_item_accepted,
        max(case when {{ list_is_empty('broken_rules') }} then source_product_id end) as source_product_id,
        max(case when {{ list_is_empty('broken_rules') }} then unit_price end) as unit_price
    from order_items
    where source_line_id is not null
    group by source_line_id

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ function('clean_text') }}(landed.refund_id) as source_order_id,
        {{ function('clean_text') }}(landed.order_id) as original_source_order_id,
        {{ function('clean_text') }}(landed.item_id) as source_line_id,

        -- measures: the shop keeps refunds positive, a return document is negative
        try_cast(-{{ function('parse_integer') }}(landed.quantity) as decimal(18, 3)) as quantity,
        -{{ function('fen_as_yuan') }}(landed.refund_fen) as amount,

        -- timestamps
        {{ function('parse_timestamp') }}(landed.refunded_at) as ordered_at
    from landed

),

extended as (

    select
        typed.*,
        items.source_line_id is not null as is_item_landed,
        items.is_item_accepted,
        items.source_product_id,
        items.unit_price,
        try_cast(
            {{ line_amount('typed.quantity', 'items.unit_price') }} - typed.amount
            as decimal(18, 2)
        ) as discount_amount
    from typed
    left join items
        on typed.source_line_id = items.source_line_id

),

final as (

    {{ with_broken_rules('extended', rules, keys=['source_order_id']) }}

)

select * from final
