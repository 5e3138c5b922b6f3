-- What the head of a document takes off its lines or adds to them, the lines hold, to the cent. A head that takes off
-- more than there is ends at nothing, a document without money has nothing to hold it; mended amounts are other ones.

with

changed as (

    select
        source_system,
        source_order_id,
        sum(amount) as amount
    from {{ ref('int_orders__line_changes') }}
    group by source_system, source_order_id

)

select
    totals.source_system,
    totals.source_order_id
from {{ ref('int_orders__totals') }} as totals
left join changed
    on
        totals.source_system = changed.source_system
        and totals.source_order_id = changed.source_order_id
left join {{ ref('int_orders__scales') }} as scales
    on
        totals.source_system = scales.source_system
        and totals.source_order_id = scales.source_order_id
where
    totals.lines_amount <> 0
    and totals.discount_change + totals.charge_change <> 0
    and coalesce(scales.handling, '') <> 'mended'
    and coalesce(changed.amount, totals.lines_amount)
    <> case
        when sign(totals.lines_amount + totals.discount_change + totals.charge_change) = -sign(totals.lines_amount)
            then 0
        else totals.lines_amount + totals.discount_change + totals.charge_change
    end
