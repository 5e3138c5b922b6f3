-- grain: one landed item of a shop order, typed, with the rules it breaks

with

landed as (

    select * from {{ source('shop', 'order_items') }}

),

orders as (

    select * from {{ ref('base_shop__orders') }}

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
        {{ landed_content('shop', 'order_items') }} as landed_content,

        -- keys
        nullif(trim(landed.order_id), '') as source_order_id,
        nullif(trim(landed.item_id), '') as source_line_id,
        nullif(trim(landed.sku), '') as source_product_id,

        -- measures
        try_cast({{ parse_integer('landed.quantity') }} as decimal(18, 3)) as quantity,
        {{ fen_as_yuan('landed.price_fen') }} as unit_price,
        {{ fen_as_yuan('landed.amount_fen') }} as amount
    from landed

),

checked as (

    select
        typed.*,
        try_cast(round(typed.quantity * typed.unit_price, 2) - typed.amount as decimal(18, 2)) as discount_amount,
        {{ compact_list([
            ('missing_record_key', "typed.source_line_id is null"),
            ('missing_order_number', "typed.source_order_id is null"),
            ('missing_product', "typed.source_product_id is null"),
            ('invalid_quantity', "typed.quantity is null"),
            ('invalid_price', "typed.unit_price is null or typed.unit_price < 0"),
            ('invalid_amount', "typed.amount is null"),
            ('zero_quantity', "typed.quantity = 0"),
            ('negative_amount_not_return', "typed.quantity < 0 or typed.amount < 0"),
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
        ]) }}
    from compared

)

select * from final
