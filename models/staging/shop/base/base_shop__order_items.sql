-- grain: one landed item of a shop order, typed, with the rules it breaks

{% set rules = [
    ('missing_record_key', "source_line_id is null"),
    ('missing_order_number', "source_order_id is null"),
    ('missing_product', "source_product_id is null"),
    ('invalid_quantity', "quantity is null"),
    ('invalid_price', "unit_price is null or unit_price < 0"),
    ('invalid_amount', "amount is null"),
    ('zero_quantity', "quantity = 0"),
    ('negative_amount_not_return', "quantity < 0 or amount < 0"),
    ('orphan_line', "source_order_id is not null and not is_head_landed"),
    ('order_quarantined', "is_head_landed and not is_head_accepted"),
] %}

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
        {{ function('clean_text') }}(landed.order_id) as source_order_id,
        {{ function('clean_text') }}(landed.item_id) as source_line_id,
        {{ function('clean_text') }}(landed.sku) as source_product_id,

        -- measures
        try_cast({{ function('parse_integer') }}(landed.quantity) as decimal(18, 3)) as quantity,
        {{ function('fen_as_yuan') }}(landed.price_fen) as unit_price,
        {{ function('fen_as_yuan') }}(landed.amount_fen) as amount
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
