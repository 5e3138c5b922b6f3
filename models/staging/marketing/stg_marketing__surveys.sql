-- grain: one answer

with

surveys as (

    {{ accepted(ref('base_marketing__surveys')) }}

),

final as (

    select
        source_response_id,
        source_customer_id,
        phone,
        phone_reason,
        question,
        touch_point,
        store_code,
        agent_id,
        score,
        scale_max,
        landed_on,
        answered_at
    from surveys

)

select * from final
