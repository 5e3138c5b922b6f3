-- Lines and money of the input layer arrive in the facts whole: per source system the counts and sums of `orders`
-- equal those of the input layer, with what the heads of documents change, without the lines of documents that do not
-- count, and of the lines made for refunds.

with

expected_lines as (

    select
        items.source_system,
        items.quantity,
        coalesce(changes.amount, items.amount) as amount
    from {{ ref('int_orders__items') }} as items
    left join {{ ref('int_orders__line_changes') }} as changes
        on
            items.source_system = changes.source_system
            and items.source_order_id = changes.source_order_id
            and items.source_line_id = changes.source_line_id
    left join {{ ref('int_orders__excluded') }} as excluded
        on
            items.source_system = excluded.source_system
            and items.source_order_id = excluded.source_order_id
    where excluded.order_id is null

    union all

    select
        documents.source_system,
        lines.quantity,
        lines.amount
    from {{ ref('int_orders__refund_lines') }} as lines
    inner join {{ ref('int_orders__documents') }} as documents
        on lines.order_id = documents.order_id

),

expected as (

    select
        source_system,
        count(*) as line_count,
        sum(quantity) as quantity,
        sum(amount) as amount
    from expected_lines
    group by source_system

),

actual as (

    select
        source_system,
        sum(line_count) as line_count,
        sum(quantity) as quantity,
        sum(gross_amount + return_amount + unearned_amount) as amount
    from {{ ref('orders') }}
    group by source_system
    having sum(line_count) > 0

)

select
    coalesce(expected.source_system, actual.source_system) as source_system,
    expected.line_count as expected_lines,
    actual.line_count as actual_lines,
    expected.amount as expected_amount,
    actual.amount as actual_amount
from expected
full outer join actual
    on expected.source_system = actual.source_system
where
    expected.line_count is distinct from actual.line_count
    or expected.quantity is distinct from actual.quantity
    or expected.amount is distinct from actual.amount
