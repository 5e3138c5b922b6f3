-- Lines and money of the input layer arrive in the facts whole: per source system the counts and
-- sums of order_items and of orders equal those of the input layer.

with

expected as (

    select
        source_system,
        count(*) as line_count,
        sum(quantity) as quantity,
        sum(amount) as amount
    from {{ ref('input__order_items') }}
    group by source_system

),

actual as (

    select
        source_system,
        sum(line_count) as line_count,
        sum(quantity) as quantity,
        sum(gross_amount + return_amount) as amount
    from {{ ref('orders') }}
    group by source_system

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
