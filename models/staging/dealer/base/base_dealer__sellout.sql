-- grain: one landed line of a dealer's sheet, typed, with the rules it breaks

{% set rules = [
    ('missing_order_number', "document_no is null"),
    ('missing_record_key', "dealer_code is null or source_line_id is null"),
    ('missing_product', "source_product_id is null"),
    ('invalid_quantity', "quantity is null"),
    ('invalid_price', "is_price_given and unit_price is null"),
    ('invalid_amount', "amount is null"),
    ('invalid_order_time', "sold_at is null"),
    ('order_after_landing', "cast(sold_at as date) > landed_on"),
    ('zero_quantity', "quantity = 0"),
    ('negative_amount_not_return', "quantity > 0 and amount < 0"),
    ('positive_amount_on_return', "quantity < 0 and amount > 0"),
] %}
{% set key = ['dealer_code', 'document_no', 'source_line_id'] %}

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

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ clean_text('landed.dealer_code') }} as dealer_code,
        {{ clean_text('landed.document_no') }} as document_no,
        {{ clean_text('landed.line_no') }} as source_line_id,
        {{ clean_text('landed.product_code') }} as source_product_id,
        {{ clean_text('landed.original_document_no') }} as original_document_no,
        -- a dealer's customers have no number: name and telephone as written tell them apart
        case
            when coalesce({{ clean_text('landed.customer_name') }}, {{ clean_text('landed.phone') }}) is not null
                then concat_ws(
                    '|',
                    {{ clean_text('landed.dealer_code') }},
                    coalesce(landed.customer_name, ''),
                    coalesce(landed.phone, '')
                )
        end as source_customer_id,

        -- attributes
        case
            when {{ company_legal_form('landed.customer_name') }} is null then {{ name_clean('landed.customer_name') }}
        end as name,
        {{ name_honorific('landed.customer_name') }} as name_honorific,
        {{ name_note('landed.customer_name') }} as name_note,
        case
            when {{ company_legal_form('landed.customer_name') }} is null then {{ name_script('landed.customer_name') }}
        end as name_script,
        case
            when {{ company_legal_form('landed.customer_name') }} is not null
                then {{ company_clean('landed.customer_name') }}
        end as company_name,
        case
            when {{ company_legal_form('landed.customer_name') }} is not null
                then {{ company_branch('landed.customer_name') }}
        end as company_branch,
        {{ phone('landed.phone') }} as phone,
        {{ phone_reason('landed.phone') }} as phone_reason,
        {{ phone_partial('landed.phone') }} as phone_partial,
        {{ clean_text('landed.address') }} as address,
        homes.province_code,
        homes.city_code,
        homes.district,
        case
            when {{ clean_text('landed.address') }} is null then 'missing'
            when homes.region_status in ('city', 'province') then 'mapped'
            else 'unmapped'
        end as region_status,
        destinations.province_code as sold_province_code,
        destinations.city_code as sold_city_code,

        -- flags
        {{ clean_text('landed.unit_price') }} is not null as is_price_given,

        -- measures
        try_cast(replace({{ clean_text('landed.quantity') }}, ',', '') as decimal(18, 3)) as quantity,
        try_cast({{ parse_amount('landed.unit_price', var('currency')) }} as decimal(18, 4)) as unit_price,
        {{ parse_amount('landed.amount', var('currency')) }} as amount,

        -- timestamps
        {{ parse_timestamp('landed.sold_on', var('time_zone')) }} as sold_at
    from landed
    left join regions as homes
        on landed.address = homes.address
    left join regions as destinations
        on landed.sold_region = destinations.address

),

final as (

    select
        *,
        {{ broken_rules(versioned_rules(rules, keys=key)) }}
    from typed

)

select * from final
