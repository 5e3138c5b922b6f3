-- grain: one landed product, typed, with the rules it breaks

{% set rules = [
    ('missing_product', "source_product_id is null"),
] %}

with

landed as (

    select * from {{ source('erp', 'products') }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ function('clean_text') }}(landed.material_no) as source_product_id,

        -- attributes
        {{ function('clean_text') }}(landed.material_name) as product_name,
        {{ function('clean_text') }}(landed.category) as category,
        {{ function('clean_text') }}(landed.product_line) as product_line,
        {{ function('clean_text') }}(landed.aroma) as aroma,
        {{ function('clean_text') }}(landed.barcode) as barcode,
        replace({{ function('clean_text') }}(landed.bundle_components), '+', '|') as bundle_components,

        -- flags: X or empty
        coalesce(upper({{ function('clean_text') }}(landed.gift_box)) = 'X', false) as is_gift_box,
        coalesce(upper({{ function('clean_text') }}(landed.customised)) = 'X', false) as is_customised,
        coalesce(upper({{ function('clean_text') }}(landed.bundle)) = 'X', false) as is_bundle,

        -- measures
        try_cast(
            regexp_extract({{ function('clean_text') }}(landed.strength), '^([0-9]+(?:[.][0-9]+)?)', 1) as decimal(5, 1)
        )
            as strength,
        {{ function('small_integer') }}(landed.volume_ml) as volume_ml,
        {{ function('parse_amount') }}(landed.list_price) as list_price,
        {{ function('parse_amount') }}(landed.standard_cost) as unit_cost,

        -- dates
        {{ function('parse_date') }}(landed.launched_on) as launched_on
    from landed

),

final as (

    {{ with_broken_rules('typed', rules, keys=['source_product_id']) }}

)

select * from final
