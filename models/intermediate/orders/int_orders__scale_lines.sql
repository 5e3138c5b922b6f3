-- grain: one order line whose price is a hundred times, or a hundredth of, what its article usually costs

-- The usual price is the median of the article's lines in the same source system, of articles with few lines the
-- list price. Charges and articles that cost now this, now that (manual entries) have none.

with

policy as (

    select * from {{ ref('amount_scale_policy') }}

),

charges as (

    select * from {{ ref('product_charges') }}

),

lines as (

    -- what counts is what was charged for a piece
    select
        source_system,
        source_order_id,
        source_line_id,
        source_product_id,
        cast(abs(amount) as double) / cast(abs(quantity) as double) as price,
        abs(cast(unit_price as double)) as unit_price
    from {{ ref('int_orders__items') }}
    where
        amount <> 0
        and quantity <> 0
        and source_product_id is not null

),

articles as (

    select
        source_system,
        source_product_id,
        count(*) as line_count,
        median(price) as median_price,
        min(price) as lowest_price,
        max(price) as highest_price
    from lines
    group by source_system, source_product_id

),

list_prices as (

    select
        ids.source_system,
        ids.source_product_id,
        cast(products.list_price as double) as list_price
    from {{ ref('int_products__ids') }} as ids
    inner join {{ ref('products') }} as products
        on ids.product_id = products.product_id

),

priced as (

    select
        articles.source_system,
        articles.source_product_id,
        articles.lowest_price,
        articles.highest_price,
        articles.line_count >= policy.minimum_lines as is_measured,
        case
            when articles.line_count >= policy.minimum_lines then articles.median_price
            else list_prices.list_price
        end as usual_price
    from articles
    cross join policy
    left join list_prices
        on
            articles.source_system = list_prices.source_system
            and articles.source_product_id = list_prices.source_product_id
    left join charges
        on
            articles.source_system = charges.source_system
            and articles.source_product_id = charges.source_product_id
    where charges.source_product_id is null

),

-- few articles have a price so far off: only their lines are looked at
doubted as (

    select priced.*
    from priced
    cross join policy
    where
        priced.highest_price >= policy.factor_from * priced.usual_price
        or priced.lowest_price * policy.factor_from <= priced.usual_price

),

compared as (

    select
        lines.*,
        doubted.is_measured,
        doubted.usual_price,
        case
            when lines.price between policy.factor_from * doubted.usual_price and policy.factor_to * doubted.usual_price
                then cast(policy.factor as double)
            -- a price that is right and an amount that is low is a discount
            when
                doubted.usual_price between policy.factor_from * lines.price and policy.factor_to * lines.price
                and doubted.usual_price >= policy.factor_from * coalesce(lines.unit_price, 0)
                then cast(1 as double) / policy.factor
        end as scale,
        case
            when
                lines.unit_price
                between policy.factor_from * doubted.usual_price and policy.factor_to * doubted.usual_price
                then cast(policy.factor as double)
            when
                doubted.usual_price
                between policy.factor_from * lines.unit_price and policy.factor_to * lines.unit_price
                then cast(1 as double) / policy.factor
        end as unit_scale,
        lines.price between doubted.usual_price / policy.usual_within and doubted.usual_price * policy.usual_within
            as is_usual
    from lines
    inner join doubted
        on
            lines.source_system = doubted.source_system
            and lines.source_product_id = doubted.source_product_id
    cross join policy

),

steady as (

    select
        compared.source_system,
        compared.source_product_id
    from compared
    cross join policy
    group by compared.source_system, compared.source_product_id
    having
        not bool_and(compared.is_measured)
        or count(case when compared.is_usual or compared.scale is not null then 1 end)
        >= min(policy.usual_share) * count(*)

),

final as (

    select
        compared.source_system,
        compared.source_order_id,
        compared.source_line_id,
        compared.source_product_id,
        compared.scale,
        compared.unit_scale,
        compared.price,
        compared.usual_price
    from compared
    inner join steady
        on
            compared.source_system = steady.source_system
            and compared.source_product_id = steady.source_product_id
    where compared.scale is not null

)

select * from final
