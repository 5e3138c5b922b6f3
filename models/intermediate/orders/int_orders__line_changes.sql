-- grain: one order line whose amount is another one in revenue than in its source system

-- Amounts of the wrong scale are mended first, where policy says so. Then what the head of the document takes off or
-- adds is allotted over the lines in proportion to their amounts: each line gets the difference between the rounded
-- shares of all lines up to it and of all before it, so that the parts add up to the cent.

with

totals as (

    select * from {{ ref('int_orders__totals') }}
    where
        discount_change <> 0
        or charge_change <> 0

),

mended as (

    select * from {{ ref('int_orders__scales') }}
    where handling = 'mended'

),

documents as (

    select
        coalesce(totals.source_system, mended.source_system) as source_system,
        coalesce(totals.source_order_id, mended.source_order_id) as source_order_id,
        mended.source_order_id is not null as is_mended,
        -- where all lines are off and tie to the total, so are the components
        case
            when mended.doubted_line_count = totals.line_count and totals.ties_as is not null then mended.scale
        end as head_scale,
        coalesce(totals.discount_change, 0) as discount_change,
        coalesce(totals.charge_change, 0) as charge_change
    from totals
    full outer join mended
        on
            totals.source_system = mended.source_system
            and totals.source_order_id = mended.source_order_id

),

lines as (

    select
        items.source_system,
        items.source_order_id,
        items.source_line_id,
        coalesce(scales.unit_scale, 1) as unit_scale,
        coalesce(scales.scale, 1) as scale,
        items.unit_price,
        items.discount_amount,
        cast(items.amount / coalesce(scales.scale, 1) as decimal(18, 2)) as line_amount,
        cast(documents.discount_change / coalesce(documents.head_scale, 1) as decimal(18, 2)) as discount_change,
        cast(
            (documents.discount_change + documents.charge_change) / coalesce(documents.head_scale, 1) as decimal(18, 2)
        ) as head_change
    from {{ ref('int_orders__items') }} as items
    inner join documents
        on
            items.source_system = documents.source_system
            and items.source_order_id = documents.source_order_id
    left join {{ ref('int_orders__scale_lines') }} as scales
        on
            items.source_system = scales.source_system
            and items.source_order_id = scales.source_order_id
            and items.source_line_id = scales.source_line_id
            and documents.is_mended

),

cumulated as (

    select
        *,
        sum(line_amount) over whole_document as document_amount,
        sum(line_amount) over lines_so_far as amount_so_far
    from lines
    window
        whole_document as (partition by source_system, source_order_id),
        lines_so_far as (
            partition by source_system, source_order_id
            order by length(source_line_id) asc, source_line_id asc
            rows between unbounded preceding and current row
        )

),

-- in cents: doubles hold them exactly, and every engine rounds them alike
measured as (

    select
        *,
        cast(100 * discount_change as double) as discount_cents,
        -- a reduction ends at nothing
        cast(100 * case
            when sign(head_change) <> sign(document_amount) and abs(head_change) > abs(document_amount)
                then -document_amount
            else head_change
        end as double) as head_cents,
        cast(amount_so_far as double) / nullif(cast(document_amount as double), 0) as share_so_far,
        cast(amount_so_far - line_amount as double) / nullif(cast(document_amount as double), 0) as share_before
    from cumulated

),

allotted as (

    -- lines that are worth nothing take no part
    select
        *,
        coalesce(floor(head_cents * share_so_far + 0.5) - floor(head_cents * share_before + 0.5), 0) as line_head_cents,
        coalesce(floor(discount_cents * share_so_far + 0.5) - floor(discount_cents * share_before + 0.5), 0)
            as line_discount_cents
    from measured

),

final as (

    select
        source_system,
        source_order_id,
        source_line_id,
        cast(unit_price / unit_scale as decimal(18, 4)) as unit_price,
        case
            when discount_amount is not null or line_discount_cents <> 0
                then cast(coalesce(discount_amount, 0) / scale + abs(line_discount_cents) / 100 as decimal(18, 2))
        end as discount_amount,
        cast(line_amount + line_head_cents / 100 as decimal(18, 2)) as amount
    from allotted

)

select * from final
