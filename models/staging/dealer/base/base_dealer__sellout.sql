-- grain: one landed line of a dealer's sheet, typed, with the rules it breaks

{% set rules = [
    ('missing_order_number', "document_no is null"),
    ('missing_record_key', "dealer_code is null or source_line_id is null"),
    ('missing_product', "source_product_id is null"),
    ('invalid_quantity', "quantity is null"),
    ('invalid_price', "is_price_given and unit_price is null"),
    ('invalid_amount', "amount is null"),
    ('zero_quantity', "quantity = 0"),
    ('negative_amount_not_return', "quantity > 0 and amount < 0"),
    ('positive_amount_on_return', "quantity < 0 and amount > 0"),
] %}
{# each line of a slip carries its head #}
{% set head_rules = [
    ('invalid_order_time', "sold_at is null"),
    ('order_after_landing', "cast(sold_at as date) > landed_on"),
    before_first_day('dealer', ['sold_at']),
] %}
{% set key = ['dealer_code', 'document_no', 'source_line_id'] %}
{% set clean = function('clean_text') %}

with

landed as (

    select * from {{ source('dealer', 'sellout') }}

),

places as (

    select address as place from landed

    union all

    select sold_region as place from landed

),

regions as (

    {{ match_regions('places', 'place') }}

),

parsed as (

    select
        landed.*,
        {{ row_content_hash('landed') }} as content_hash,
        {{ function('company_name') }}(landed.customer_name) as company_parts,
        {{ function('person_name') }}(landed.customer_name) as name_parts,
        {{ function('phone') }}(landed.phone) as phone_parts
    from landed

),

typed as (

    select
        {{ lineage_columns('parsed') }},
        {{ version_columns('parsed') }},

        -- keys
        {{ clean }}(parsed.dealer_code) as dealer_code,
        {{ clean }}(parsed.document_no) as document_no,
        {{ clean }}(parsed.line_no) as source_line_id,
        {{ clean }}(parsed.product_code) as source_product_id,
        {{ clean }}(parsed.original_document_no) as original_document_no,
        {#- a dealer's customers have no number: name and telephone as written tell them apart; 散客 is nobody #}
        case
            when
                coalesce(
                    parsed.name_parts.name, parsed.company_parts.legal_form, {{ clean }}(parsed.phone)
                ) is not null
                then concat_ws(
                    '|', {{ clean }}(parsed.dealer_code), coalesce(parsed.customer_name, ''), coalesce(parsed.phone, '')
                )
        end as source_customer_id,

        -- attributes
        case when parsed.company_parts.legal_form is null then parsed.name_parts.name end as name,
        parsed.name_parts.honorific as name_honorific,
        parsed.name_parts.note as name_note,
        parsed.name_parts.reason as name_reason,
        case
            when parsed.company_parts.legal_form is null then {{ function('name_script') }}(parsed.name_parts.name)
        end as name_script,
        case when parsed.company_parts.legal_form is not null then parsed.company_parts.name end as company_name,
        case when parsed.company_parts.legal_form is not null then parsed.company_parts.branch end as company_branch,
        parsed.phone_parts.number as phone,
        parsed.phone_parts.reason as phone_reason,
        parsed.phone_parts.partial as phone_partial,
        {{ clean }}(parsed.address) as address,
        homes.province_code,
        homes.city_code,
        homes.district,
        case
            when {{ clean }}(parsed.address) is null then 'missing'
            when homes.region_status in ('city', 'province') then 'mapped'
            else 'unmapped'
        end as region_status,
        destinations.province_code as sold_province_code,
        destinations.city_code as sold_city_code,

        -- flags
        {{ clean }}(parsed.unit_price) is not null as is_price_given,

        -- measures
        try_cast(replace({{ clean }}(parsed.quantity), ',', '') as decimal(18, 3)) as quantity,
        try_cast({{ function('parse_amount') }}(parsed.unit_price) as decimal(18, 4)) as unit_price,
        {{ function('parse_amount') }}(parsed.amount) as amount,

        -- timestamps
        {{ function('parse_timestamp') }}(parsed.sold_on) as sold_at
    from parsed
    left join regions as homes
        on parsed.address = homes.address
    left join regions as destinations
        on parsed.sold_region = destinations.address

),

final as (

    {{ with_broken_rules('typed', rules, keys=key, head_rules=head_rules, one_document={
        'number': "dealer_code || ':' || document_no", 'agree': ['cast(sold_at as date)']
    }) }}

)

select * from final
