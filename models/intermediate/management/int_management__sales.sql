-- grain: one order document up to the as-of date, with what remained of it then and the segments it belongs to

-- Margin is known of known customers alone: `margin_base` is the net amount it is the margin of. Group and tier are
-- those of the end of the month.

with

months as (

    select * from {{ ref('int_management__months') }}

),

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

documents as (

    select
        documents.*,
        cast(date_trunc('month', documents.ordered_on) as date) as month_start_on
    from {{ ref('int_orders__documents') }} as documents
    inner join as_of
        on documents.ordered_on <= as_of.as_of_on

),

netted as (

    -- what later returns take back is not known yet
    {%- for line, sign in [('sale_item_id', '-'), ('return_item_id', '')] %}
    select
        links.{{ line }} as order_item_id,
        {{ sign }}links.netted_amount as change
    from {{ ref('int_orders__netting_links') }} as links
    inner join as_of
        on
            links.netted_on <= as_of.as_of_on
            and (links.superseded_on is null or links.superseded_on > as_of.as_of_on)
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

movements as (

    select
        order_item_id,
        sum(change) as netted_amount
    from netted
    group by order_item_id

),

amounts as (

    select
        items.order_id,
        sum(items.gross_amount + items.return_amount + coalesce(movements.netted_amount, 0)) as net_amount,
        sum(
            case
                when margins.order_item_id is not null
                    then items.gross_amount + items.return_amount + coalesce(movements.netted_amount, 0)
                else 0
            end
        ) as margin_base,
        sum(
            (items.gross_amount + items.return_amount + coalesce(movements.netted_amount, 0))
            * coalesce(margins.margin_rate, 0)
        ) as margin_amount
    from {{ ref('order_items') }} as items
    left join movements
        on items.order_item_id = movements.order_item_id
    left join {{ ref('int_value__line_margins') }} as margins
        on items.order_item_id = margins.order_item_id
    group by items.order_id

),

profiles as (

    select
        customer_id,
        coalesce(province_code, country) as region
    from {{ ref('int_customers__profiles') }}

),

states as (

    select
        customer_id,
        as_of_on,
        customer_group,
        value_tier
    from {{ ref('int_value__customer_states') }}

),

channels as (

    select * from {{ ref('sales_channels') }}

),

described as (

    select
        documents.order_id,
        documents.month_start_on,
        documents.customer_id,
        coalesce(documents.province_code, documents.country, profiles.region, 'unknown') as region,
        coalesce(documents.channel, 'unknown') as channel,
        documents.dealer_code,
        coalesce(states.customer_group, 'unknown') as customer_group,
        coalesce(states.value_tier, 'unknown') as value_tier,
        documents.ordered_on,
        documents.ordered_at,
        documents.customer_id <> 'unknown' as is_known_customer,
        documents.document_kind = 'sale' and coalesce(amounts.net_amount, 0) > 0 as is_purchase,
        coalesce(channels.is_online, false) as is_online,
        cast(coalesce(amounts.net_amount, 0) as decimal(18, 2)) as net_amount,
        cast(coalesce(amounts.margin_base, 0) as decimal(18, 2)) as margin_base,
        cast(coalesce(amounts.margin_amount, 0) as decimal(18, 4)) as margin_amount
    from documents
    inner join months
        on documents.month_start_on = months.month_start_on
    left join amounts
        on documents.order_id = amounts.order_id
    left join profiles
        on documents.customer_id = profiles.customer_id
    left join states
        on
            documents.customer_id = states.customer_id
            and months.as_of_on = states.as_of_on
    left join channels
        on documents.channel = channels.channel

),

first_purchases as (

    select order_id
    from described
    where
        is_purchase
        and is_known_customer
    qualify row_number() over (
        partition by customer_id order by ordered_on asc nulls last, ordered_at asc nulls last, order_id asc
    ) = 1

),

final as (

    select
        described.*,
        first_purchases.order_id is not null as is_first_purchase
    from described
    left join first_purchases
        on described.order_id = first_purchases.order_id

)

select * from final
