-- grain: one customer with a sale line in 24 months, as of one date: what is bought, of which aroma, strength and price

-- By the money of the lines as sold: a later return changes no taste.

{%- set kinds = ['aroma', 'product_line', 'price_band'] %}

with

policy as (

    select * from {{ ref('tag_policy') }}

),

subjects as (

    select * from {{ ref('int_features__subjects') }}

),

bands as (

    select * from {{ ref('price_bands') }}

),

products as (

    select products.*
    from {{ ref('products') }} as products
    where products.is_goods

),

-- a price is banded once, however often it was paid
prices as (

    select
        paid.unit_price,
        bands.price_band,
        bands.band_rank
    from (select distinct items.unit_price from {{ ref('order_items') }} as items) as paid
    inner join bands
        on
            paid.unit_price >= bands.amount_from
            and (bands.amount_below is null or paid.unit_price < bands.amount_below)

),

lines as (

    select
        subjects.customer_id,
        subjects.as_of_on,
        items.product_id,
        items.quantity,
        items.unit_price,
        items.gross_amount,
        products.aroma,
        products.product_line,
        products.category,
        products.strength,
        products.is_gift_box,
        products.is_customised,
        products.is_bundle,
        prices.price_band,
        prices.band_rank,
        items.ordered_on > subjects.start_6m_on as is_recent,
        products.strength <= policy.low_strength_to as is_low_strength,
        {{ days_from('products.launched_on', 'items.ordered_on') }} <= policy.new_product_days as is_new_product
    from {{ ref('order_items') }} as items
    inner join subjects
        on
            items.customer_id = subjects.customer_id
            and items.ordered_on <= subjects.as_of_on
            and items.ordered_on > subjects.start_24m_on
    inner join products
        on items.product_id = products.product_id
    left join prices
        on items.unit_price = prices.unit_price
    cross join policy
    where items.gross_amount > 0

),

{%- for kind in kinds %}

{{ kind }}_amounts as (

    select
        customer_id,
        as_of_on,
        {{ kind }},
        max(band_rank) as band_rank,
        sum(gross_amount) as gross_amount,
        sum(case when is_recent then gross_amount else 0 end) as recent_amount
    from lines
    where {{ kind }} is not null
    group by customer_id, as_of_on, {{ kind }}

),

{{ kind }}_ranked as (

    select
        customer_id,
        as_of_on,
        {{ kind }},
        band_rank,
        gross_amount / sum(cast(gross_amount as double)) over (partition by customer_id, as_of_on) as share,
        recent_amount,
        row_number() over (
            partition by customer_id, as_of_on order by gross_amount desc nulls last, {{ kind }} asc
        ) as share_rank,
        row_number() over (
            partition by customer_id, as_of_on order by recent_amount desc nulls last, {{ kind }} asc
        ) as recent_rank
    from {{ kind }}_amounts

),

{{ kind }}_main as (

    select
        customer_id,
        as_of_on,
        max(case when share_rank = 1 then {{ kind }} end) as main_{{ kind }},
        max(case when share_rank = 1 then share end) as main_{{ kind }}_share,
        max(case when share_rank = 1 then band_rank end) as main_band_rank,
        max(case when recent_rank = 1 and recent_amount > 0 then {{ kind }} end) as recent_{{ kind }},
        count(*) as kind_count
    from {{ kind }}_ranked
    group by customer_id, as_of_on

),
{%- endfor %}

measured as (

    select
        customer_id,
        as_of_on,
        {%- for flag in ['gift_box', 'customised', 'bundle', 'new_product'] %}
        sum(case when is_{{ flag }} then gross_amount else 0 end) / cast(sum(gross_amount) as double)
            as {{ flag }}_share_24m,
        {%- endfor %}
        count(distinct product_id) as product_count_24m,
        count(distinct category) as category_count_24m,
        sum(quantity * unit_price) / nullif(sum(quantity), 0) as mean_unit_price_24m,
        max(unit_price) as highest_unit_price_24m,
        sum(case when is_low_strength then gross_amount else 0 end)
        / cast(nullif(sum(case when strength is not null then gross_amount end), 0) as double)
            as low_strength_share_24m
    from lines
    group by customer_id, as_of_on

),

final as (

    select
        measured.customer_id,
        measured.as_of_on,
        measured.product_count_24m,
        measured.category_count_24m,
        measured.mean_unit_price_24m,
        measured.highest_unit_price_24m,
        measured.low_strength_share_24m,
        measured.gift_box_share_24m,
        measured.customised_share_24m,
        measured.bundle_share_24m,
        measured.new_product_share_24m,
        aroma_main.main_aroma,
        aroma_main.main_aroma_share,
        aroma_main.kind_count as aroma_count,
        aroma_main.recent_aroma,
        aroma_main.recent_aroma <> aroma_main.main_aroma as has_changed_aroma,
        product_line_main.main_product_line,
        price_band_main.main_price_band,
        price_band_main.main_band_rank as main_price_band_rank
    from measured
    {%- for kind in kinds %}
    left join {{ kind }}_main
        on
            measured.customer_id = {{ kind }}_main.customer_id
            and measured.as_of_on = {{ kind }}_main.as_of_on
    {%- endfor %}

)

select * from final
