-- grain: one movement of points

with

loyalty_transactions as (

    {{ accepted(ref('base_marketing__loyalty_transactions')) }}

),

final as (

    select
        source_transaction_id,
        member_no,
        source_order_id,
        transaction_type,
        level,
        points,
        landed_on,
        occurred_at
    from loyalty_transactions

)

select * from final
