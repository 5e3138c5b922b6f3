-- grain: one month, customer group, side of the goods (aroma, strength, price band ...) and member of it

{%- set sides = {
    'aroma': "coalesce(products.aroma, 'none')",
    'strength': "case when products.strength is null then 'none' when products.strength <= policy.low_strength_to"
        ~ " then 'low' else 'high' end",
    'price_band': "coalesce(prices.price_band, 'unknown')",
    'category': "coalesce(products.category, 'none')",
} %}

with

-- each side reads the lines itself: kept for all four, wide rows cost more than they save
counted as (

    {%- for side, member in sides.items() %}
    select
        sales.month_start_on,
        sales.customer_group,
        '{{ side }}' as side,
        {{ member }} as member,
        count(distinct case when sales.is_purchase then sales.customer_number end) as customer_count,
        count(case when sales.gross_amount > 0 then 1 end) as line_count,
        sum(case when sales.gross_amount > 0 then sales.quantity else 0 end) as quantity_sold,
        sum(sales.net_amount) as net_amount
    from {{ ref('int_products__sales') }} as sales
    cross join {{ ref('tag_policy') }} as policy
    inner join {{ ref('products') }} as products
        on sales.product_id = products.product_id
    {%- if side == 'price_band' %}
    left join {{ ref('int_products__prices') }} as prices
        on sales.unit_price = prices.unit_price
    {%- endif %}
    where sales.is_goods
    group by sales.month_start_on, sales.customer_group, {{ member }}
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

words as (

    select
        'price_band' as side,
        price_band as member,
        label_zh,
        label_en
    from {{ ref('price_bands') }}

    union all

    select
        'aroma' as side,
        aroma as member,
        aroma as label_zh,
        label_en
    from {{ ref('aroma_lifespans') }}

    union all

    select
        'strength' as side,
        strengths.member,
        strengths.label_zh,
        strengths.label_en
    from (values ('low', '低度', 'Low strength'), ('high', '中高度', 'Medium and high strength'))
        as strengths (member, label_zh, label_en)

),

final as (

    select
        cast(counted.month_start_on as date) as month_start_on,
        cast(counted.customer_group as string) as customer_group,
        cast(counted.side as string) as side,
        cast(counted.member as string) as member,
        cast(case counted.member when 'none' then '无' else coalesce(words.label_zh, counted.member) end as string)
            as member_zh,
        cast(case counted.member when 'none' then 'None' else coalesce(words.label_en, counted.member) end as string)
            as member_en,
        cast(counted.customer_count as bigint) as customer_count,
        cast(counted.line_count as bigint) as line_count,
        cast(counted.quantity_sold as decimal(18, 3)) as quantity_sold,
        cast(counted.net_amount as decimal(18, 2)) as net_amount,
        cast(sum(counted.net_amount) over (
            partition by counted.month_start_on, counted.customer_group, counted.side
        ) as decimal(18, 2)) as side_net_amount,
        cast(
            cast(counted.net_amount as double) / nullif(sum(counted.net_amount) over (
                partition by counted.month_start_on, counted.customer_group, counted.side
            ), 0) as double
        ) as revenue_share
    from counted
    left join words
        on
            counted.side = words.side
            and counted.member = words.member

)

select * from final
