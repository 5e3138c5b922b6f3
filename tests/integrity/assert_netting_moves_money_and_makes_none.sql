-- A link takes from a sale what it gives to a return: no link reaches back before its sale, both ends are lines of one
-- article, and no return gives and no sale line takes more than its own amount. Links that we find are within one
-- customer; a link that the source system names may not be (measure cross_customer_returns on the scorecard).

with

links as (

    select * from {{ ref('int_orders__netting_links') }}

),

lines as (

    select * from {{ ref('int_orders__lines') }}

),

wrong as (

    select
        links.return_item_id,
        links.sale_item_id
    from links
    left join lines as sale_lines
        on links.sale_item_id = sale_lines.order_item_id
    left join lines as return_lines
        on links.return_item_id = return_lines.order_item_id
    where
        sale_lines.order_item_id is null
        or return_lines.order_item_id is null
        or sale_lines.line_kind <> 'sale'
        or return_lines.line_kind <> 'return'
        or sale_lines.ordered_on > return_lines.ordered_on
        or (links.link_rule in ('exact', 'partial') and sale_lines.netting_at > return_lines.netting_at)
        or (links.link_rule in ('exact', 'partial') and sale_lines.customer_id <> return_lines.customer_id)
        or sale_lines.product_id <> return_lines.product_id

),

returned as (

    select
        links.return_item_id,
        min(links.sale_item_id) as sale_item_id
    from links
    inner join lines
        on links.return_item_id = lines.order_item_id
    where links.superseded_on is null
    group by links.return_item_id
    having sum(links.netted_amount) > max(-lines.amount)

),

undone as (

    select
        min(links.return_item_id) as return_item_id,
        links.sale_item_id
    from links
    inner join lines
        on links.sale_item_id = lines.order_item_id
    where links.superseded_on is null
    group by links.sale_item_id
    having sum(links.netted_amount) > max(lines.amount)

)

select
    return_item_id,
    sale_item_id
from wrong

union all

select
    return_item_id,
    sale_item_id
from returned

union all

select
    return_item_id,
    sale_item_id
from undone
