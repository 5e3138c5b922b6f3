-- grain: one landed receipt, typed, with the rules it breaks

{% set rules = [
    ('missing_order_number', "source_order_id is null"),
    ('unknown_code', "document_kind is null"),
    ('invalid_amount', "document_amount is null"),
    ('invalid_order_time', "ordered_at is null"),
    ('order_after_landing', "cast(ordered_at as date) > landed_on"),
    before_first_day('pos', ['ordered_at']),
    ('negative_amount_not_return', "document_kind = 'sale' and document_amount < 0"),
    ('positive_amount_on_return', "document_kind = 'return' and document_amount > 0"),
] %}

with

landed as (

    select * from {{ source('pos', 'receipts') }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ function('clean_text') }}(landed.receipt_no) as source_order_id,
        {{ function('clean_text') }}(landed.member_no) as source_customer_id,
        {{ function('clean_text') }}(landed.original_receipt_no) as original_source_order_id,
        {{ function('clean_text') }}(landed.store_code) as store_code,

        -- attributes
        case upper(trim(landed.receipt_type))
            when 'S' then 'sale'
            when 'R' then 'return'
        end as document_kind,

        -- measures
        {{ function('parse_amount') }}(landed.total_amount) as document_amount,

        -- timestamps
        {{ function('parse_timestamp') }}(landed.sold_at) as ordered_at
    from landed

),

final as (

    {{ with_broken_rules('typed', rules, keys=['source_order_id'], one_document={
        'number': 'source_order_id', 'agree': ['cast(ordered_at as date)', 'store_code'],
        'agree_in_a_load': ['source_customer_id']
    }) }}

)

select * from final
