-- grain: one accepted line of a dealer's sheet

with

lines as (

    {{ accepted(ref('base_dealer__sellout')) }}

),

marked as (

    -- slip numbers are the dealer's own; what comes back on a slip that also sells is a document of its own
    select
        *,
        quantity < 0 as is_return,
        dealer_code || ':' || document_no as slip_id,
        max(quantity) over (partition by dealer_code, document_no) > 0 as is_slip_with_sales
    from lines

),

final as (

    select
        *,
        slip_id || case when is_return and is_slip_with_sales then ':R' else '' end as source_order_id,
        case
            when not is_return then null
            when original_document_no is not null then dealer_code || ':' || original_document_no
            when is_slip_with_sales then slip_id
        end as original_source_order_id
    from marked

)

select * from final
