-- grain: one purchase of a known customer, with what remained of it on the as-of date

with

items as (

    select
        order_item_id,
        order_id,
        gross_amount + return_amount as amount,
        margin_rate
    from {{ ref('int_value__line_margins') }}

),

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

links as (

    -- later returns are not known yet
    select
        links.sale_item_id as order_item_id,
        sum(links.netted_amount) as netted_amount
    from {{ ref('int_orders__netting_links') }} as links
    inner join as_of
        on
            links.netted_on <= as_of.as_of_on
            and (links.superseded_on is null or links.superseded_on > as_of.as_of_on)
    group by links.sale_item_id

),

amounts as (

    select
        items.order_id,
        sum(items.amount - coalesce(links.netted_amount, 0)) as net_amount,
        sum((items.amount - coalesce(links.netted_amount, 0)) * items.margin_rate) as margin_amount
    from items
    left join links
        on items.order_item_id = links.order_item_id
    group by items.order_id

),

documents as (

    select * from {{ ref('int_orders__documents') }}
    where document_kind = 'sale'

),

final as (

    select
        documents.order_id,
        documents.customer_id,
        documents.channel,
        documents.purpose,
        documents.is_gift,
        documents.ordered_on,
        -- a system that knows the day alone means all of it
        case
            when documents.ordered_at = date_trunc('day', documents.ordered_at)
                then cast({{ add_days('documents.ordered_on', 1) }} as timestamp)
            else documents.ordered_at
        end as ordered_before_at,
        amounts.net_amount,
        cast(amounts.margin_amount as decimal(18, 2)) as margin_amount
    from documents
    inner join as_of
        on documents.ordered_on <= as_of.as_of_on
    inner join amounts
        on
            documents.order_id = amounts.order_id
            and amounts.net_amount > 0

)

select * from final
