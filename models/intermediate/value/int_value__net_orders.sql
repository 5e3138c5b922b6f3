-- grain: one order document of a known customer, as it stood on the as-of date

-- Point in time: a later document does not exist yet, and a return nets its sale only from the
-- day of the return on (netted_on).

with

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

items as (

    select
        order_item_id,
        order_id,
        customer_id,
        ordered_on,
        gross_amount,
        return_amount
    from {{ ref('order_items') }}
    where customer_id <> 'unknown'

),

links as (

    select
        links.return_item_id,
        links.sale_item_id,
        links.netted_amount
    from {{ ref('int_orders__netting_links') }} as links
    inner join as_of
        on links.netted_on <= as_of.as_of_on

),

movements as (

    select
        sale_item_id as order_item_id,
        -netted_amount as amount
    from links

    union all

    select
        return_item_id as order_item_id,
        netted_amount as amount
    from links

),

moved as (

    select
        order_item_id,
        sum(amount) as amount
    from movements
    group by order_item_id

),

final as (

    select
        as_of.as_of_on,
        items.order_id,
        min(items.customer_id) as customer_id,
        min(items.ordered_on) as ordered_on,
        sum(items.gross_amount) as gross_amount,
        sum(items.gross_amount + items.return_amount + coalesce(moved.amount, 0)) as net_amount,
        sum(items.gross_amount) > 0
        and sum(items.gross_amount + items.return_amount + coalesce(moved.amount, 0)) > 0
            as is_purchase
    from items
    inner join as_of
        on items.ordered_on <= as_of.as_of_on
    left join moved
        on items.order_item_id = moved.order_item_id
    group by as_of.as_of_on, items.order_id

)

select * from final
