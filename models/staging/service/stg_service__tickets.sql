-- grain: one ticket

with

tickets as (

    {{ accepted(ref('base_service__tickets')) }}

),

final as (

    select
        source_ticket_id,
        source_customer_id,
        source_order_id,
        category,
        complaint_type,
        channel,
        touch_point,
        store_code,
        agent_id,
        status,
        is_complaint,
        wait_seconds,
        satisfaction,
        landed_on,
        created_at,
        first_response_at,
        resolved_at
    from tickets

)

select * from final
