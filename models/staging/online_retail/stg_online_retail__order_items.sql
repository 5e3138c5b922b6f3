-- grain: one accepted line of an invoice or a cancellation

with

lines as (

    {{ accepted(ref('base_online_retail__order_lines')) }}

),

final as (

    select
        load_id,
        source_row,
        landed_on,
        source_order_id,
        -- A line repeated on one invoice is a second line, not a copy (docs/decisions/0002):
        -- the position on the invoice tells them apart.
        cast(row_number() over (
            partition by source_order_id
            order by source_row asc nulls last, load_id asc nulls last
        ) as string) as source_line_id,
        source_product_id,
        source_customer_id,
        product_name,
        country,
        is_return,
        quantity,
        unit_price,
        amount,
        ordered_at
    from lines

)

select * from final
