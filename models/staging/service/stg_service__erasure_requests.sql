-- grain: one request

with

erasure_requests as (

    {{ accepted(ref('base_service__erasure_requests')) }}

),

final as (

    select
        source_request_id,
        source_customer_id,
        phone,
        email,
        status,
        landed_on,
        received_at
    from erasure_requests

)

select * from final
