-- grain: one addressable profile

with

profiles as (

    {{ accepted(ref('base_marketing__profiles')) }}

),

final as (

    select
        source_customer_id,
        name,
        name_honorific,
        name_note,
        name_reason,
        name_script,
        phone,
        phone_reason,
        phone_partial,
        email,
        email_reason,
        member_no,
        unionid,
        missing_reasons,
        imported_from,
        landed_on,
        first_seen_at,
        unsubscribed_at,
        greatest(first_seen_at, unsubscribed_at) as last_seen_at
    from profiles

)

select * from final
