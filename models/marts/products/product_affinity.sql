-- grain: one kind of thing (article, product line, category), one that is bought, and one bought in the same order

-- Both directions of a pair: support and lift are equal, confidence is not. An order of more different articles than
-- the policy's is a stock-up rather than a choice and is left out (`left_out_count`); things under the least number of
-- orders are dropped before pairs are made, so that pairs cannot explode.

{%- set kinds = {
    'article': 'lines.product_id',
    'product_line': 'products.product_line',
    'category': 'products.category',
} %}

with

policy as (

    select * from {{ ref('affinity_policy') }}

),

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

products as (

    select * from {{ ref('products') }}

),

sizes as (

    select
        basket_number,
        count(*) as article_count
    from {{ ref('int_products__baskets') }}
    group by basket_number

),

orders as (

    select
        orders.basket_number,
        count(*) as order_count
    from {{ ref('int_orders__as_of') }} as orders
    cross join as_of
    cross join policy
    where
        orders.is_purchase
        and orders.basket_number is not null
        and orders.ordered_on > {{ months_before('as_of.as_of_on', 'policy.window_months') }}
    group by orders.basket_number

),

sized as (

    select
        orders.basket_number,
        orders.order_count,
        sizes.article_count <= policy.maximum_basket_items as is_counted
    from orders
    cross join policy
    inner join sizes
        on orders.basket_number = sizes.basket_number

),

baskets as (

    select
        coalesce(sum(case when is_counted then order_count end), 0) as basket_count,
        coalesce(sum(case when not is_counted then order_count end), 0) as left_out_count
    from sized

),

members as (

    {%- for kind, member in kinds.items() %}
    select distinct
        '{{ kind }}' as kind,
        sized.basket_number,
        sized.order_count,
        {{ member }} as member
    from {{ ref('int_products__baskets') }} as lines
    inner join sized
        on
            lines.basket_number = sized.basket_number
            and sized.is_counted
    inner join products
        on lines.product_id = products.product_id
    where {{ member }} is not null
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

counted as (

    select
        members.kind,
        members.member,
        sum(members.order_count) as member_count
    from members
    cross join policy
    cross join baskets
    group by members.kind, members.member
    having
        sum(members.order_count)
        >= greatest(max(policy.minimum_baskets), max(policy.minimum_share * baskets.basket_count))

),

frequent as (

    select members.*
    from members
    inner join counted
        on
            members.kind = counted.kind
            and members.member = counted.member

),

together as (

    select
        a.kind,
        a.member as member_a,
        b.member as member_b,
        sum(a.order_count) as pair_count
    from frequent as a
    inner join frequent as b
        on
            a.kind = b.kind
            and a.basket_number = b.basket_number
            and a.member < b.member
    cross join policy
    cross join baskets
    group by a.kind, a.member, b.member
    having
        sum(a.order_count)
        >= greatest(max(policy.minimum_baskets), max(policy.minimum_share * baskets.basket_count))

),

directed as (

    select
        kind,
        member_a as bought,
        member_b as also_bought,
        pair_count
    from together

    union all

    select
        kind,
        member_b as bought,
        member_a as also_bought,
        pair_count
    from together

),

measured as (

    select
        directed.*,
        bought.member_count as bought_count,
        also.member_count as also_bought_count,
        baskets.basket_count,
        baskets.left_out_count,
        directed.pair_count * cast(baskets.basket_count as double) / (bought.member_count * also.member_count) as lift,
        -- of the logarithm of the lift, by the delta method on the four counts
        sqrt(greatest(
            1.0 / directed.pair_count
            - 1.0 / bought.member_count - 1.0 / also.member_count
            + 1.0 / baskets.basket_count,
            0
        )) as log_lift_error
    from directed
    inner join counted as bought
        on
            directed.kind = bought.kind
            and directed.bought = bought.member
    inner join counted as also
        on
            directed.kind = also.kind
            and directed.also_bought = also.member
    cross join baskets

),

final as (

    select
        cast(measured.kind as string) as kind,
        cast(measured.bought as string) as bought,
        cast(measured.also_bought as string) as also_bought,
        cast(coalesce(bought_products.product_name, measured.bought) as string) as bought_name,
        cast(coalesce(also_products.product_name, measured.also_bought) as string) as also_bought_name,
        cast(measured.bought_count as bigint) as bought_count,
        cast(measured.also_bought_count as bigint) as also_bought_count,
        cast(measured.pair_count as bigint) as pair_count,
        cast(measured.basket_count as bigint) as basket_count,
        cast(measured.left_out_count as bigint) as left_out_count,
        cast(measured.pair_count / cast(measured.basket_count as double) as double) as support,
        cast(measured.pair_count / cast(measured.bought_count as double) as double) as confidence,
        cast(measured.lift as double) as lift,
        cast(measured.lift * exp(-policy.interval_z * measured.log_lift_error) as double) as lift_low,
        cast(measured.lift * exp(policy.interval_z * measured.log_lift_error) as double) as lift_high,
        cast(as_of.as_of_on as date) as as_of_on
    from measured
    cross join as_of
    cross join policy
    left join products as bought_products
        on case when measured.kind = 'article' then measured.bought end = bought_products.product_id
    left join products as also_products
        on case when measured.kind = 'article' then measured.also_bought end = also_products.product_id

)

select * from final
