-- grain: one landed line of the shop's file, typed, with the rules it breaks

with

landed as (

    select * from {{ source('online_retail', 'order_lines') }}

),

typed as (

    select
        {{ lineage_columns() }},

        -- keys
        nullif(trim(landed.invoice_no), '') as source_order_id,
        -- the shop writes one article as 85123a and 85123A
        upper(nullif(trim(landed.stock_code), '')) as source_product_id,
        nullif(trim(landed.customer_id), '') as source_customer_id,

        -- attributes
        nullif(trim(landed.description), '') as product_name,
        nullif(trim(landed.country), '') as country,

        -- flags
        landed.invoice_no like 'C%' as is_return,
        landed.invoice_no like 'A%' as is_accounting_adjustment,

        -- measures
        try_cast(landed.quantity as decimal(18, 3)) as quantity,
        try_cast(landed.unit_price as decimal(18, 4)) as unit_price,

        -- timestamps
        try_cast(landed.invoice_date as timestamp) as ordered_at
    from landed

),

-- An invoice names one customer, one country and one day; of one that names several, or none on some lines, it is
-- unknown whose it is. A line carries its head: a head that cannot be read takes the invoice along.
documents as (

    select
        *,
        min(coalesce(source_customer_id, '')) over document <> max(coalesce(source_customer_id, '')) over document
        or min(coalesce(country, '')) over document <> max(coalesce(country, '')) over document
        or min(cast(ordered_at as date)) over document <> max(cast(ordered_at as date)) over document
            as is_ambiguous_document,
        max(case when ordered_at is null or cast(ordered_at as date) > landed_on then 1 else 0 end) over document = 1
            as is_head_broken
    from typed
    window document as (partition by source_order_id)

),

final as (

    select
        {{ all_but(['is_ambiguous_document', 'is_head_broken']) }},
        {{ line_amount('quantity', 'unit_price') }} as amount,
        {{ broken_rules([
            ('missing_order_number', "source_order_id is null"),
            ('missing_product', "source_product_id is null"),
            ('invalid_quantity', "quantity is null"),
            ('invalid_price', "unit_price is null"),
            ('invalid_amount', "quantity is not null and unit_price is not null and amount is null"),
            ('invalid_order_time', "ordered_at is null"),
            ('order_after_landing', "cast(ordered_at as date) > landed_on"),
            before_first_day('online_retail', ['ordered_at']),
            ('ambiguous_document', "source_order_id is not null and is_ambiguous_document"),
            ('zero_quantity', "quantity = 0"),
            ('accounting_adjustment', "is_accounting_adjustment"),
            ('stock_adjustment', "quantity < 0 and not is_return and unit_price = 0"),
            ('negative_amount_not_return', "sign(quantity) * sign(unit_price) < 0 and not is_return
                and not is_accounting_adjustment"),
            ('positive_amount_on_return', "sign(quantity) * sign(unit_price) > 0 and is_return"),
            ('order_quarantined', "source_order_id is not null and is_head_broken and ordered_at is not null
                and cast(ordered_at as date) <= landed_on"),
        ]) }}
    from documents

)

select * from final
