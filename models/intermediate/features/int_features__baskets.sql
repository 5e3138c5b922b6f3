-- grain: one subject with a sale line in 24 months: what is bought, of which aroma, strength and price

-- By the money of the lines as sold: a later return changes no taste.

{#- kind of goods: the relation that has a customer's money by its members, and the member -#}
{%- set kinds = {'aroma': 'articles', 'category': 'articles', 'product_line': 'articles', 'band_rank': 'sales'} %}

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

    select
        products.*,
        {{ add_days('products.launched_on', 'policy.new_product_days') }} as new_until_on,
        products.strength <= policy.low_strength_to as is_low_strength
    from {{ ref('products') }} as products
    cross join policy
    where products.is_goods

),

-- a price is banded once, however often it was paid
paid as (

    select distinct unit_price from {{ ref('order_items') }}

),

prices as (

    select
        paid.unit_price,
        bands.band_rank
    from paid
    inner join bands
        on
            paid.unit_price >= bands.amount_from
            and (bands.amount_below is null or paid.unit_price < bands.amount_below)

),

sales as (

    select
        subjects.subject_key,
        items.product_id,
        prices.band_rank,
        items.unit_price,
        items.quantity,
        items.gross_amount,
        case when items.ordered_on > subjects.start_6m_on then items.gross_amount else 0 end
            as recent_amount,
        case when items.ordered_on <= products.new_until_on then items.gross_amount else 0 end
            as new_product_amount
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
    where items.gross_amount > 0

),

bought as (

    select
        subject_key,
        product_id,
        sum(quantity) as quantity,
        sum(quantity * unit_price) as price_amount,
        max(unit_price) as highest_unit_price,
        sum(gross_amount) as gross_amount,
        sum(recent_amount) as recent_amount,
        sum(new_product_amount) as new_product_amount
    from sales
    group by subject_key, product_id

),

articles as (

    select
        bought.*,
        products.aroma,
        products.product_line,
        products.category,
        products.strength,
        products.is_low_strength,
        products.is_gift_box,
        products.is_customised,
        products.is_bundle
    from bought
    inner join products
        on bought.product_id = products.product_id

),

{% for kind, relation in kinds.items() -%}
{{ kind }}_amounts as (

    select
        subject_key,
        {{ kind }},
        sum(gross_amount) as gross_amount,
        sum(recent_amount) as recent_amount
    from {{ relation }}
    where {{ kind }} is not null
    group by subject_key, {{ kind }}

),

{{ kind }}_ranked as (

    select
        subject_key,
        {{ kind }},
        gross_amount,
        recent_amount,
        row_number() over (
            partition by subject_key order by gross_amount desc nulls last, {{ kind }} desc
        ) as share_rank,
        row_number() over (
            partition by subject_key order by recent_amount desc nulls last, {{ kind }} desc
        ) as recent_rank
    from {{ kind }}_amounts

),

{{ kind }}_main as (

    select
        subject_key,
        max(case when share_rank = 1 then {{ kind }} end) as main_{{ kind }},
        cast(max(case when share_rank = 1 then gross_amount end) as double) / sum(gross_amount) as main_share,
        max(case when recent_rank = 1 and recent_amount > 0 then {{ kind }} end) as recent_{{ kind }},
        count(*) as kind_count
    from {{ kind }}_ranked
    group by subject_key

),

{% endfor -%}
measured as (

    select
        subject_key,
        count(*) as product_count_24m,
        count(distinct category) as category_count_24m,
        cast(sum(price_amount) as double) / nullif(sum(quantity), 0) as mean_unit_price_24m,
        max(highest_unit_price) as highest_unit_price_24m,
        cast(sum(case when is_low_strength then gross_amount else 0 end) as double)
        / nullif(sum(case when strength is not null then gross_amount end), 0) as low_strength_share_24m,
        {%- for flag in ['gift_box', 'customised', 'bundle'] %}
        cast(sum(case when is_{{ flag }} then gross_amount else 0 end) as double) / sum(gross_amount)
            as {{ flag }}_share_24m,
        {%- endfor %}
        cast(sum(new_product_amount) as double) / sum(gross_amount) as new_product_share_24m
    from articles
    group by subject_key

),

final as (

    select
        measured.subject_key,
        measured.product_count_24m,
        case when delivered.has_categories then measured.category_count_24m end as category_count_24m,
        measured.mean_unit_price_24m,
        measured.highest_unit_price_24m,
        measured.low_strength_share_24m,
        -- what no system tells of its articles makes no share
        {%- for flag, column in [
            ('gift_box', 'has_gift_boxes'), ('customised', 'has_customised'), ('bundle', 'has_bundles'),
            ('new_product', 'has_launches'),
        ] %}
        case when delivered.{{ column }} then measured.{{ flag }}_share_24m end as {{ flag }}_share_24m,
        {%- endfor %}
        aroma_main.main_aroma,
        aroma_main.main_share as main_aroma_share,
        aroma_main.kind_count as aroma_count,
        aroma_main.recent_aroma,
        aroma_main.recent_aroma <> aroma_main.main_aroma as has_changed_aroma,
        category_main.main_category,
        category_main.main_share as main_category_share,
        product_line_main.main_product_line,
        product_line_main.main_share as main_product_line_share,
        product_line_main.recent_product_line <> product_line_main.main_product_line as has_changed_product_line,
        bands.price_band as main_price_band
    from measured
    cross join {{ ref('int_features__delivered_columns') }} as delivered
    left join aroma_main
        on measured.subject_key = aroma_main.subject_key
    left join category_main
        on measured.subject_key = category_main.subject_key
    left join product_line_main
        on measured.subject_key = product_line_main.subject_key
    left join band_rank_main
        on measured.subject_key = band_rank_main.subject_key
    left join bands
        on band_rank_main.main_band_rank = bands.band_rank

)

select * from final
