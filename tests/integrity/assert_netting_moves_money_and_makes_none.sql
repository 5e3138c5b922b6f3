-- A link takes from a sale what it gives to a return: over all documents net = gross + returns,
-- no link reaches back before its sale, and both ends are lines of one article. Links that we find are within one
-- customer; a link that the source system names may not be (measure cross_customer_returns on the scorecard).

with

links as (

    select * from {{ ref('int_orders__netting_links') }}

),

lines as (

    select * from {{ ref('int_orders__lines') }}

)

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
    or sale_lines.ordered_at > return_lines.ordered_at
    or (links.link_rule <> 'reference' and sale_lines.customer_id <> return_lines.customer_id)
    or sale_lines.product_id <> return_lines.product_id
    or links.netted_amount <> -return_lines.amount
