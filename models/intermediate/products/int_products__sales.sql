-- grain: one order line up to the as-of date, of whomever, with what is left of it as known then

-- Over all lines the net amounts are sales plus returns: netting moves money and makes none.

with

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

items as (

    select items.*
    from {{ ref('order_items') }} as items
    inner join as_of
        on items.ordered_on <= as_of.as_of_on

),

links as (

    select
        links.sale_item_id,
        links.return_item_id,
        links.netted_amount
    from {{ ref('int_orders__netting_links') }} as links
    inner join as_of
        on
            links.netted_on <= as_of.as_of_on
            and (links.superseded_on is null or links.superseded_on > as_of.as_of_on)

),

netted as (

    select
        sale_item_id as order_item_id,
        -sum(netted_amount) as netted_amount
    from links
    group by sale_item_id

    union all

    select
        return_item_id as order_item_id,
        sum(netted_amount) as netted_amount
    from links
    group by return_item_id

),

documents as (

    select
        order_id,
        document_kind,
        channel,
        platform,
        store_code,
        province_code,
        ordered_at
    from {{ ref('int_orders__documents') }}

),

products as (

    select
        product_id,
        unit_cost,
        is_goods
    from {{ ref('products') }}

),

groups as (

    select
        customer_id,
        customer_group
    from {{ ref('int_value__customer_states') }}
    where is_latest

),

-- a price is banded once, however often it was paid
prices as (

    select
        paid.unit_price,
        bands.price_band,
        bands.band_rank
    from (select distinct unit_price from {{ ref('order_items') }}) as paid
    inner join {{ ref('price_bands') }} as bands
        on
            paid.unit_price >= bands.amount_from
            and (bands.amount_below is null or paid.unit_price < bands.amount_below)

),

valued as (

    select
        items.*,
        items.gross_amount + items.return_amount + coalesce(netted.netted_amount, 0) as known_amount
    from items
    left join netted
        on items.order_item_id = netted.order_item_id

),

orders as (

    select
        order_id,
        sum(known_amount) as known_amount
    from valued
    group by order_id

),

final as (

    select
        valued.order_item_id,
        valued.order_id,
        valued.customer_id,
        coalesce(groups.customer_group, 'unknown') as customer_group,
        valued.product_id,
        coalesce(products.is_goods, true) as is_goods,
        coalesce(documents.channel, 'unknown') as channel,
        documents.platform,
        documents.store_code,
        coalesce(documents.province_code, 'unknown') as province_code,
        coalesce(prices.price_band, 'unknown') as price_band,
        documents.document_kind = 'sale' and orders.known_amount > 0 as is_purchase,
        valued.quantity,
        valued.unit_price,
        valued.gross_amount,
        cast(valued.known_amount as decimal(18, 2)) as net_amount,
        cast(
            valued.known_amount
            * {{ line_margin_rate('products.unit_cost', 'valued.unit_price', 'policy.margin_rate') }}
            as decimal(18, 4)
        ) as margin_amount,
        valued.ordered_on,
        documents.ordered_at,
        cast(date_trunc('month', valued.ordered_on) as date) as month_start_on
    from valued
    inner join documents
        on valued.order_id = documents.order_id
    inner join orders
        on valued.order_id = orders.order_id
    cross join {{ ref('clv_policy') }} as policy
    left join products
        on valued.product_id = products.product_id
    left join groups
        on valued.customer_id = groups.customer_id
    left join prices
        on valued.unit_price = prices.unit_price

)

select * from final
