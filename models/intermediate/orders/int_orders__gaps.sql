-- grain: one order document that states a total: what is left over of it, and why

-- Payments, deliveries and the status tell more of why; amounts do not depend on them. What is no sale by its status
-- has no total to be held to: shops set that of a cancelled order to nothing.

with

totals as (

    select
        totals.*,
        judged.status = 'partially_shipped' as is_shipped_in_part
    from {{ ref('int_orders__totals') }} as totals
    inner join {{ ref('int_orders__judged') }} as judged
        on
            totals.source_system = judged.source_system
            and totals.source_order_id = judged.source_order_id
    where
        totals.gap_cause is not null
        and (judged.is_sale or judged.excluded_reason = 'amount_scale_suspect')

),

-- which status of a payment means that the money came, its system alone knows: each is tried
receipts as (

    select
        source_system,
        source_order_id,
        status,
        -- unknown where one of them has no rate of exchange
        case when count(*) = count(amount) then sum(amount) end as received_amount
    from {{ ref('int_orders__payments') }}
    where original_amount > 0
    group by source_system, source_order_id, status

),

received as (

    select
        receipts.source_system,
        receipts.source_order_id,
        sum(receipts.received_amount) as received_amount,
        bool_or(receipts.received_amount = totals.document_amount) as is_one_status_the_total
    from receipts
    inner join totals
        on
            receipts.source_system = totals.source_system
            and receipts.source_order_id = totals.source_order_id
    where totals.document_amount > 0
    group by receipts.source_system, receipts.source_order_id

),

delivered as (

    select
        source_system,
        source_order_id,
        count(*) > 1 or count(shipped_at) < count(*) as is_in_parts
    from {{ ref('input__deliveries') }}
    group by source_system, source_order_id

),

final as (

    select
        totals.source_system,
        totals.source_order_id,
        received.received_amount,
        totals.document_gap,
        case
            when
                totals.gap_cause = 'none'
                and not received.is_one_status_the_total
                and abs(received.received_amount - totals.document_amount) > totals.tolerance
                and abs(received.received_amount - totals.document_amount - totals.refunded_amount) > totals.tolerance
                then 'payment_gap'
            when
                totals.gap_cause = 'unexplained'
                and (delivered.is_in_parts or totals.is_shipped_in_part)
                and totals.document_gap > 0
                then 'part_delivery'
            else totals.gap_cause
        end as gap_cause
    from totals
    left join received
        on
            totals.source_system = received.source_system
            and totals.source_order_id = received.source_order_id
    left join delivered
        on
            totals.source_system = delivered.source_system
            and totals.source_order_id = delivered.source_order_id

)

select * from final
