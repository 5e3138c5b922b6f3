-- grain: one landed order or return order, typed, with the rules it breaks

{% set rules = [
    ('missing_order_number', "source_order_id is null"),
    ('unknown_code', "document_kind is null"),
    ('invalid_amount', "document_amount is null"),
    ('invalid_order_time', "ordered_at is null"),
    ('order_after_landing', "cast(ordered_at as date) > landed_on"),
    before_first_day('erp', ['ordered_at']),
    ('negative_amount_not_return', "document_amount < 0 and document_kind = 'sale'"),
    ('positive_amount_on_return', "document_amount > 0 and document_kind = 'return'"),
] %}
{% set head_rules = [
    ('foreign_currency', "currency <> '" ~ var('currency') ~ "'"),
] %}

with

landed as (

    select * from {{ source('erp', 'orders') }}

),

divisions as (

    {{ divisions_by_code() }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ function('clean_text') }}(landed.order_no) as source_order_id,
        {{ function('clean_text') }}(landed.account_no) as source_customer_id,
        {{ function('clean_text') }}(landed.ref_order_no) as original_source_order_id,
        {{ function('clean_text') }}(landed.dealer_code) as dealer_code,

        -- attributes
        case upper({{ function('clean_text') }}(landed.order_type))
            when 'ZOR' then 'sale'
            when 'ZRE' then 'return'
        end as document_kind,
        case upper({{ function('clean_text') }}(landed.currency))
            when 'RMB' then 'CNY'
            when '人民币' then 'CNY'
            else upper({{ function('clean_text') }}(landed.currency))
        end as currency,
        {{ function('clean_text') }}(landed.purpose) as purpose,
        {{ function('clean_text') }}(landed.ship_to_region) as region_code,
        {{ function('clean_text') }}(landed.status) as status,

        -- measures
        {{ function('parse_amount') }}(landed.amount) as document_amount,

        -- timestamps
        {{ function('parse_timestamp') }}(landed.order_date) as ordered_at
    from landed

),

extended as (

    select
        typed.*,
        'key_account' as channel,
        {{ code_or_unmapped('divisions.province_code', 'typed.region_code') }} as province_code,
        {{ code_or_unmapped('divisions.city_code', 'typed.region_code') }} as city_code
    from typed
    left join divisions
        on typed.region_code = divisions.code

),

final as (

    {{ with_broken_rules('extended', rules, keys=['source_order_id'], head_rules=head_rules, one_document={
        'number': 'source_order_id', 'agree': ['cast(ordered_at as date)', 'dealer_code'],
        'agree_in_a_load': ['source_customer_id']
    }) }}

)

select * from final
