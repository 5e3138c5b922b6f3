-- grain: one landed receipt, typed, with the rules it breaks

with

landed as (

    select * from {{ source('pos', 'receipts') }}

),

typed as (

    select
        {{ lineage_columns() }},
        landed._landed_at as landed_at,
        {{ landed_content('pos', 'receipts') }} as landed_content,

        -- keys
        nullif(trim(landed.receipt_no), '') as source_order_id,
        nullif(trim(landed.member_no), '') as source_customer_id,
        nullif(trim(landed.original_receipt_no), '') as original_source_order_id,
        nullif(trim(landed.store_code), '') as store_code,

        -- attributes
        landed._row_kind as row_kind,
        case upper(trim(landed.receipt_type))
            when 'S' then 'sale'
            when 'R' then 'return'
        end as document_kind,

        -- measures
        {{ parse_amount('landed.total_amount', var('currency')) }} as document_amount,

        -- timestamps
        {{ parse_timestamp('landed.sold_at', var('time_zone')) }} as ordered_at
    from landed

),

checked as (

    select
        *,
        {{ compact_list([
            ('total_row', "row_kind = 'total'"),
            ('note_row', "row_kind = 'note'"),
            ('missing_order_number', "source_order_id is null"),
            ('invalid_document_kind', "document_kind is null"),
            ('invalid_amount', "document_amount is null"),
            ('invalid_order_time', "ordered_at is null"),
            ('order_after_landing', "cast(ordered_at as date) > landed_on"),
            ('negative_amount_not_return', "document_kind = 'sale' and document_amount < 0"),
            ('positive_amount_on_return', "document_kind = 'return' and document_amount > 0"),
        ]) }} as own_rules
    from typed

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
