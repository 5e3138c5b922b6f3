-- grain: one customer, one day with documents, and one span of time in which the same was known of that day

-- Point in time: a return nets its sale from its own day on (netted_on). What was known as of a date is the version
-- with valid_from_on <= date < valid_to_on; nothing that comes later changes it.

with

items as (

    select * from {{ ref('int_value__line_margins') }}

),

links as (

    select * from {{ ref('int_orders__netting_links') }}

),

movements as (

    -- from the day of the link on, and back on the day on which it is superseded
    {%- for line, sign in [('sale_item_id', '-'), ('return_item_id', '')] %}
    select
        {{ line }} as order_item_id,
        netted_on as known_on,
        {{ sign }}netted_quantity as quantity,
        {{ sign }}netted_amount as net_amount
    from links

    union all

    select
        {{ line }} as order_item_id,
        superseded_on as known_on,
        -({{ sign }}netted_quantity) as quantity,
        -({{ sign }}netted_amount) as net_amount
    from links
    where superseded_on is not null

    {{ "union all" if not loop.last }}
    {%- endfor %}

),

changes as (

    select
        order_id,
        ordered_on as known_on,
        gross_amount,
        gross_amount + return_amount as net_amount,
        quantity,
        unit_cost,
        policy_margin_rate,
        is_gift
    from items

    union all

    select
        items.order_id,
        movements.known_on,
        0 as gross_amount,
        movements.net_amount,
        movements.quantity,
        items.unit_cost,
        items.policy_margin_rate,
        items.is_gift
    from movements
    inner join items
        on movements.order_item_id = items.order_item_id

),

order_changes as (

    select
        order_id,
        known_on,
        sum(gross_amount) as gross_amount,
        sum(net_amount) as net_amount,
        sum({{ line_margin('net_amount', 'quantity', 'unit_cost', 'policy_margin_rate') }}) as margin_amount,
        sum(case when is_gift then net_amount else 0 end) as gift_amount
    from changes
    group by order_id, known_on

),

order_versions as (

    select
        order_id,
        known_on,
        net_amount,
        gift_amount,
        sum(gross_amount) over (
            partition by order_id order by known_on asc nulls last
            rows between unbounded preceding and current row
        ) as gross_so_far,
        sum(net_amount) over (
            partition by order_id order by known_on asc nulls last
            rows between unbounded preceding and current row
        ) as net_so_far,
        sum(margin_amount) over (
            partition by order_id order by known_on asc nulls last
            rows between unbounded preceding and current row
        ) as margin_so_far
    from order_changes

),

purchases as (

    -- an order is a purchase while something of its sale remains
    select
        order_id,
        known_on,
        net_amount,
        gift_amount,
        case when gross_so_far > 0 and net_so_far > 0 then 1 else 0 end as order_count,
        case when gross_so_far > 0 and net_so_far > 0 then net_so_far else 0 end as purchase_amount,
        case when gross_so_far > 0 and net_so_far > 0 then margin_so_far else 0 end as margin_amount
    from order_versions

),

purchase_changes as (

    select
        order_id,
        known_on,
        {%- for measure in ['order_count', 'purchase_amount', 'margin_amount'] %}
        {{ measure }} - lag({{ measure }}, 1, 0) over (
            partition by order_id order by known_on asc nulls last
        ) as {{ measure }},
        {%- endfor %}
        net_amount,
        gift_amount
    from purchases

),

documents as (

    select
        order_id,
        customer_id,
        ordered_on
    from {{ ref('int_orders__documents') }}
    where customer_id <> 'unknown'

),

day_changes as (

    select
        {%- for measure in ['order_count', 'net_amount', 'purchase_amount', 'margin_amount', 'gift_amount'] %}
        sum(changed.{{ measure }}) as {{ measure }},
        {%- endfor %}
        documents.customer_id,
        documents.ordered_on,
        changed.known_on
    from purchase_changes as changed
    inner join documents
        on changed.order_id = documents.order_id
    group by documents.customer_id, documents.ordered_on, changed.known_on

),

final as (

    select
        customer_id,
        ordered_on,
        {%- for measure, type in [
            ('order_count', 'bigint'),
            ('net_amount', 'decimal(18, 2)'),
            ('purchase_amount', 'decimal(18, 2)'),
            ('margin_amount', 'decimal(18, 4)'),
            ('gift_amount', 'decimal(18, 2)'),
        ] %}
        cast(
            sum({{ measure }}) over (
                partition by customer_id, ordered_on order by known_on asc nulls last
                rows between unbounded preceding and current row
            ) as {{ type }}
        ) as {{ measure }},
        {%- endfor %}
        known_on as valid_from_on,
        lead(known_on, 1, date '9999-12-31') over (
            partition by customer_id, ordered_on order by known_on asc nulls last
        ) as valid_to_on
    from day_changes

)

-- a customer's days side by side: what groups them by customer takes half the time
select * from final
order by customer_id asc, ordered_on asc, valid_from_on asc
