-- grain: one landed marketplace order, typed, with the rules it breaks

{% set rules = [
    ('missing_order_number', "source_order_id is null"),
    ('invalid_amount', "document_amount is null"),
    ('invalid_order_time', "ordered_at is null"),
    ('order_after_landing', "cast(ordered_at as date) > landed_on"),
    before_first_day('marketplace', ['ordered_at', 'paid_at']),
    ('negative_amount_not_return', "document_amount < 0"),
] %}

with

landed as (

    select
        *,
        {{ place_text(['receiver_province', 'receiver_city', 'receiver_district'], 'receiver_address') }} as place
    from {{ source('marketplace', 'orders') }}

),

regions as (

    {{ match_regions('landed', 'place') }}

),

parsed as (

    select
        landed.*,
        {{ row_content_hash('landed') }} as content_hash,
        {{ function('person_name') }}(landed.receiver_name) as name_parts,
        {{ function('phone') }}(landed.receiver_phone) as phone_parts
    from landed

),

typed as (

    select
        {{ lineage_columns('parsed') }},
        {{ version_columns('parsed') }},

        -- keys: the platforms number their buyers in ranges of their own (tb..., jd..., pdd...)
        {{ function('clean_text') }}(parsed.order_sn) as source_order_id,
        {{ function('clean_text') }}(parsed.buyer_id) as source_customer_id,

        -- attributes
        'sale' as document_kind,
        'marketplace' as channel,
        {{ function('clean_text') }}(parsed.platform) as platform,
        {{ function('clean_text') }}(parsed.status) as status,
        parsed.name_parts.name,
        parsed.name_parts.honorific as name_honorific,
        parsed.name_parts.note as name_note,
        parsed.name_parts.reason as name_reason,
        {{ function('name_script') }}(parsed.name_parts.name) as name_script,
        parsed.phone_parts.number as phone,
        parsed.phone_parts.reason as phone_reason,
        parsed.phone_parts.partial as phone_partial,
        {{ function('clean_text') }}(parsed.receiver_address) as address,
        regions.province_code,
        regions.city_code,
        regions.district,
        {{ region_status('parsed.receiver_city', 'parsed') }} as region_status,

        -- flags
        {{ function('parse_boolean') }}(parsed.is_gift) as is_gift,

        -- measures
        {{ function('parse_amount') }}(parsed.pay_amount) as document_amount,

        -- timestamps
        {{ function('parse_timestamp') }}(parsed.ordered_at) as ordered_at,
        {{ function('parse_timestamp') }}(parsed.paid_at) as paid_at
    from parsed
    left join regions
        on parsed.place = regions.address

),

final as (

    {{ with_broken_rules('typed', rules, keys=['source_order_id'], one_document={
        'number': 'source_order_id', 'agree': ['cast(ordered_at as date)', 'platform'],
        'agree_in_a_load': ['source_customer_id']
    }) }}

)

select * from final
