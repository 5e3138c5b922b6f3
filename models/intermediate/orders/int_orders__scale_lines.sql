-- grain: one order line whose price is not its article's, but a hundred times or a hundredth of it, or its total

-- The usual price is the median of the article's lines in the same source system, of articles with few lines the list
-- price. Where the list price says that the lines themselves are a hundred times off, as in a file in cents, it is the
-- usual price too. A slip is the power of ten that is next to what a price is of the usual one: a hundred, a thousand
-- and more, or a hundredth and less. A total typed as the price of a piece is as many times the usual price as there
-- are pieces; a price that the article has on lines of other pieces is a price. Charges and articles that cost now
-- this, now that (manual entries) have no usual price.

with

policy as (

    select
        *,
        1 / cast(factor as double) as least_factor,
        factor_from / factor as ratio_from,
        factor_to / factor as ratio_to
    from {{ ref('amount_scale_policy') }}

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
        cast(abs(quantity) as double) as pieces,
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
    where products.list_price > 0

),

measured as (

    select
        articles.source_system,
        articles.source_product_id,
        articles.lowest_price,
        articles.highest_price,
        articles.median_price,
        list_prices.list_price,
        articles.line_count >= policy.minimum_lines as is_measured,
        articles.median_price / list_prices.list_price as list_ratio,
        {{ next_power_of_ten('articles.median_price / list_prices.list_price') }} as list_slip
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

compared_lists as (

    -- what the list price says of all lines of the article together
    select
        measured.*,
        case
            when
                (measured.list_slip >= policy.factor or measured.list_slip <= policy.least_factor)
                and measured.list_ratio / measured.list_slip between policy.ratio_from and policy.ratio_to
                then measured.list_slip
        end as article_scale
    from measured
    cross join policy

),

priced as (

    select
        *,
        case when is_measured and article_scale is null then median_price else list_price end as usual_price
    from compared_lists

),

-- few articles have a price so far off: only their lines are looked at
doubted as (

    select priced.*
    from priced
    cross join policy
    where
        priced.highest_price > policy.usual_within * priced.usual_price
        or priced.lowest_price * policy.usual_within < priced.usual_price

),

looked_at as (

    select
        lines.*,
        doubted.is_measured,
        doubted.usual_price,
        doubted.median_price,
        doubted.article_scale,
        lines.price / doubted.usual_price as ratio,
        lines.unit_price / doubted.usual_price as unit_ratio,
        {{ next_power_of_ten('lines.price / doubted.usual_price') }} as slip,
        {{ next_power_of_ten('nullif(lines.unit_price, 0) / doubted.usual_price') }} as unit_slip,
        min(lines.pieces) over equal_prices = max(lines.pieces) over equal_prices as is_price_of_so_many
    from lines
    inner join doubted
        on
            lines.source_system = doubted.source_system
            and lines.source_product_id = doubted.source_product_id
    window
        equal_prices as (partition by lines.source_system, lines.source_product_id, round(lines.price, 4))

),

told as (

    select
        looked_at.*,
        looked_at.ratio between 1 / policy.usual_within and policy.usual_within as is_usual,
        (looked_at.slip >= policy.factor or looked_at.slip <= policy.least_factor)
        and looked_at.ratio / looked_at.slip between policy.ratio_from and policy.ratio_to
        -- a price that is right and an amount that is low is a discount
        and (looked_at.slip > 1 or policy.factor_from * coalesce(looked_at.unit_ratio, 0) <= 1) as is_slipped,
        coalesce(
            (looked_at.unit_slip >= policy.factor or looked_at.unit_slip <= policy.least_factor)
            and looked_at.unit_ratio / looked_at.unit_slip between policy.ratio_from and policy.ratio_to,
            false
        ) as is_unit_price_slipped,
        -- where all lines of an article are off, so is one of them at a discount
        coalesce(
            looked_at.article_scale is not null
            and looked_at.price / looked_at.median_price between 1 / policy.usual_within and policy.usual_within
            and coalesce(looked_at.unit_price, looked_at.price) / looked_at.median_price
            between 1 / policy.usual_within and policy.usual_within,
            false
        ) as is_as_its_article,
        not (looked_at.pieces between 1 / policy.usual_within and policy.usual_within)
        and abs(looked_at.ratio / looked_at.pieces - 1) <= policy.total_within
        and (
            (looked_at.slip < policy.factor and looked_at.slip > policy.least_factor)
            or abs(looked_at.ratio - looked_at.pieces) < abs(looked_at.ratio - looked_at.slip)
        )
        and abs(coalesce(looked_at.unit_price, looked_at.price) - looked_at.price)
        <= policy.total_within * looked_at.price
        and looked_at.is_price_of_so_many as is_total_as_price
    from looked_at
    cross join policy

),

compared as (

    select
        *,
        case
            when is_total_as_price then pieces
            when is_as_its_article then article_scale
            when is_slipped then slip
        end as scale,
        case
            when unit_price is null then null
            when is_total_as_price then pieces
            when is_as_its_article then article_scale
            when is_unit_price_slipped then unit_slip
        end as unit_scale
    from told

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
        compared.is_total_as_price,
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
