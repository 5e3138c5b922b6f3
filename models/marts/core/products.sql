-- grain: one article

with

masters as (

    select * from {{ ref('input__products') }}

),

ids as (

    select * from {{ ref('int_products__ids') }}

),

articles as (

    -- one of the codes of an article is its own number in the master; an unmapped code is its own article
    select
        product_id,
        min(source_system) as source_system,
        min(source_product_id) as source_product_id,
        bool_or(is_mapped) as is_mapped
    from ids
    where product_id = {{ product_key('source_system', 'source_product_id') }}
    group by product_id

),

charges as (

    select * from {{ ref('product_charges') }}

),

final as (

    select
        -- keys
        cast(articles.product_id as string) as product_id,
        cast(articles.source_system as string) as source_system,
        cast(articles.source_product_id as string) as source_product_id,

        -- attributes
        cast(masters.product_name as string) as product_name,
        cast(coalesce(charges.product_kind, 'goods') as string) as product_kind,
        cast(masters.category as string) as category,
        cast(masters.product_line as string) as product_line,
        cast(masters.aroma as string) as aroma,
        cast(masters.strength as decimal(5, 1)) as strength,
        cast(masters.volume_ml as integer) as volume_ml,

        -- flags
        articles.is_mapped,
        charges.product_kind is null as is_goods,
        coalesce(masters.is_gift_box, false) as is_gift_box,
        coalesce(masters.is_customised, false) as is_customised,
        coalesce(masters.is_bundle, false) as is_bundle,

        -- measures
        cast(masters.list_price as decimal(18, 2)) as list_price,
        cast(masters.unit_cost as decimal(18, 2)) as unit_cost,

        -- dates
        cast(masters.launched_on as date) as launched_on
    from articles
    left join masters
        on
            articles.source_system = masters.source_system
            and articles.source_product_id = masters.source_product_id
    left join charges
        on
            articles.source_system = charges.source_system
            and articles.source_product_id = charges.source_product_id

)

select * from final
