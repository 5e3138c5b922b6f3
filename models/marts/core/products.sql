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

revenue_words as (

    select * from {{ ref('revenue_policy') }}

),

revenue_kinds as (

    select
        product_kind,
        bool_and(is_revenue) as is_revenue
    from revenue_words
    group by product_kind

),

kinds as (

    -- a category is compared whole, a name without its figures: Gift Card - $50
    select
        articles.*,
        masters.product_name,
        masters.category,
        masters.product_line,
        masters.aroma,
        masters.strength,
        masters.volume_ml,
        masters.is_gift_box,
        masters.is_customised,
        masters.is_bundle,
        masters.list_price,
        masters.unit_cost,
        masters.launched_on,
        charges.product_kind as charge_kind,
        {{ function('plain_words') }}(masters.category) as category_words,
        {{ article_words('masters.product_name') }} as name_words
    from articles
    left join masters
        on
            articles.source_system = masters.source_system
            and articles.source_product_id = masters.source_product_id
    left join charges
        on
            articles.source_system = charges.source_system
            and articles.source_product_id = charges.source_product_id

),

told as (

    select
        kinds.*,
        coalesce(kinds.charge_kind, by_category.product_kind, by_name.product_kind, 'goods') as product_kind
    from kinds
    left join revenue_words as by_category
        on kinds.category_words = by_category.word
    left join revenue_words as by_name
        on kinds.name_words = by_name.word

),

final as (

    select
        -- keys
        cast(told.product_id as string) as product_id,
        cast(told.source_system as string) as source_system,
        cast(told.source_product_id as string) as source_product_id,

        -- attributes
        cast(told.product_name as string) as product_name,
        cast(told.product_kind as string) as product_kind,
        cast(told.category as string) as category,
        cast(told.product_line as string) as product_line,
        cast(told.aroma as string) as aroma,
        cast(told.strength as decimal(5, 1)) as strength,
        cast(told.volume_ml as integer) as volume_ml,

        -- flags
        told.is_mapped,
        told.product_kind = 'goods' as is_goods,
        coalesce(revenue_kinds.is_revenue, true) as is_revenue,
        coalesce(told.is_gift_box, false) as is_gift_box,
        coalesce(told.is_customised, false) as is_customised,
        coalesce(told.is_bundle, false) as is_bundle,

        -- measures
        cast(told.list_price as decimal(18, 2)) as list_price,
        cast(told.unit_cost as decimal(18, 2)) as unit_cost,

        -- dates
        cast(told.launched_on as date) as launched_on
    from told
    left join revenue_kinds
        on told.product_kind = revenue_kinds.product_kind

)

select * from final
