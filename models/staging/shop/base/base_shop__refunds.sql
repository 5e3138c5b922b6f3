-- grain: one landed refund of an item, typed, with the rules it breaks

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
        max(case when {{ list_is_empty('broken_rules') }} then 1 else 0 end) = 1 as is_accepted,
        max(case when {{ list_is_empty('broken_rules') }} then source_product_id end) as source_product_id,
        max(case when {{ list_is_empty('broken_rules') }} then unit_price end) as unit_price
    from order_items
    where source_line_id is not null
    group by source_line_id

),

typed as (

    select
        {{ lineage_columns() }},
        landed._landed_at as landed_at,
        {{ landed_content('shop', 'refunds') }} as landed_content,

        -- keys
        nullif(trim(landed.refund_id), '') as source_order_id,
        nullif(trim(landed.order_id), '') as original_source_order_id,
        nullif(trim(landed.item_id), '') as source_line_id,

        -- measures: the shop keeps refunds positive, a return document is negative
        try_cast(-{{ parse_integer('landed.quantity') }} as decimal(18, 3)) as quantity,
        -{{ fen_as_yuan('landed.refund_fen') }} as amount,

        -- timestamps
        {{ parse_timestamp('landed.refunded_at', var('time_zone')) }} as ordered_at
    from landed

),

checked as (

    select
        typed.*,
        items.source_product_id,
        items.unit_price,
        try_cast(round(typed.quantity * items.unit_price, 2) - typed.amount as decimal(18, 2)) as discount_amount,
        -- money alone may be paid back: a refund of no pieces is none of the errors
        {{ compact_list([
            ('missing_record_key', "typed.source_order_id is null or typed.source_line_id is null"),
            ('missing_order_number', "typed.original_source_order_id is null"),
            ('invalid_quantity', "typed.quantity is null"),
            ('invalid_amount', "typed.amount is null"),
            ('invalid_order_time', "typed.ordered_at is null"),
            ('order_after_landing', "cast(typed.ordered_at as date) > typed.landed_on"),
            ('positive_amount_on_return', "typed.quantity > 0 or typed.amount > 0"),
            ('orphan_line', "typed.source_line_id is not null and items.source_line_id is null"),
            ('order_quarantined', "not items.is_accepted"),
        ]) }} as own_rules
    from typed
    left join items
        on typed.source_line_id = items.source_line_id

),

compared as (

    select
        *,
        {{ compare_versions(['source_order_id']) }}
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
