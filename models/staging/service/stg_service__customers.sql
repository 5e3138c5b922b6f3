-- grain: one requester of the service desk

with

requesters as (

    {{ accepted(ref('base_service__requesters')) }}

),

contacts as (

    select
        source_customer_id,
        max(created_at) as last_contact_at
    from {{ ref('stg_service__tickets') }}
    group by source_customer_id

),

final as (

    select
        requesters.source_customer_id,
        requesters.company_name,
        requesters.company_branch,
        requesters.name,
        requesters.name_honorific,
        requesters.name_note,
        requesters.name_reason,
        requesters.name_script,
        requesters.missing_reasons,
        requesters.phone,
        requesters.phone_reason,
        requesters.phone_partial,
        requesters.email,
        requesters.email_reason,
        requesters.member_no,
        requesters.landed_on,
        requesters.first_seen_at,
        greatest(requesters.first_seen_at, contacts.last_contact_at) as last_seen_at
    from requesters
    left join contacts on requesters.source_customer_id = contacts.source_customer_id

)

select * from final
