-- The shop and the marketplaces keep refunds beside their sales. Conservation counts both at their own grain; this
-- holds the documents made of them against those counts, in rows and in money.

{% set parts = [
    ('shop', [
        ('stg_shop__sale_items', 'amount', 'true'),
        ('stg_shop__refunds', 'amount', 'true'),
    ]),
    ('marketplace', [
        ('stg_marketplace__sale_items', 'amount', 'true'),
        ('stg_marketplace__sale_items', '-refund_amount', 'has_refund'),
    ]),
] %}

with

expected as (

    {% for system, pieces in parts -%}
    {% set last_system = loop.last -%}
    {% for relation, amount, condition in pieces -%}
    select
        '{{ system }}' as source_system,
        count(*) as line_count,
        coalesce(sum({{ amount }}), 0) as amount
    from {{ ref(relation) }}
    where {{ condition }}
    {% if not (last_system and loop.last) %}
    union all

    {% endif %}
    {%- endfor %}
    {%- endfor %}

),

actual as (

    {% for system, _ in parts -%}
    select
        '{{ system }}' as source_system,
        count(*) as line_count,
        coalesce(sum(items.amount), 0) as amount
    from {{ ref('stg_' ~ system ~ '__order_items') }} as items
    inner join {{ ref('stg_' ~ system ~ '__orders') }} as orders
        on items.source_order_id = orders.source_order_id
    where items.amount = 0 or (items.amount < 0) = (orders.document_kind = 'return')
    {% if not loop.last %}
    union all

    {% endif %}
    {%- endfor %}

),

totals as (

    select
        source_system,
        sum(line_count) as line_count,
        sum(amount) as amount
    from expected
    group by source_system

)

select
    totals.source_system,
    totals.line_count as expected_lines,
    actual.line_count as actual_lines,
    totals.amount as expected_amount,
    actual.amount as actual_amount
from totals
left join actual
    on totals.source_system = actual.source_system
where
    totals.line_count is distinct from actual.line_count
    or totals.amount is distinct from actual.amount
