-- grain: one customer, one purpose for which they must not be written to, and one reason

-- Who asked to be erased, by the record named or by the phone or e-mail given with the request, whatever the purpose,
-- unless the request was withdrawn; who unsubscribed, for the purposes that this ends (seed consent_purposes). A
-- consent does not lift either.

with

ids as (

    select * from {{ ref('int_customers__ids') }}

),

purposes as (

    select * from {{ ref('consent_purposes') }}

),

records as (

    select
        ids.customer_id,
        customers.source_system,
        customers.source_customer_id,
        customers.phone,
        customers.email,
        cast(customers.unsubscribed_at as date) as unsubscribed_on
    from {{ ref('input__customers') }} as customers
    inner join ids
        on
            customers.source_system = ids.source_system
            and customers.source_customer_id = ids.source_customer_id

),

requests as (

    select
        requests.source_system,
        requests.source_customer_id,
        requests.phone,
        requests.email,
        coalesce(cast(requests.received_at as date), requests.landed_on) as received_on
    from {{ ref('input__erasure_requests') }} as requests
    left join {{ ref('erasure_statuses') }} as statuses
        on requests.status = statuses.status
    where coalesce(statuses.action, 'wait') <> 'release'

),

found as (

    select
        records.customer_id,
        'erasure_requested' as reason,
        requests.received_on as since_on
    from requests
    inner join records
        on
            requests.source_system = records.source_system
            and requests.source_customer_id = records.source_customer_id

    {% for column in ['phone', 'email'] -%}
    union all

    select
        records.customer_id,
        'erasure_requested' as reason,
        requests.received_on as since_on
    from requests
    inner join records
        on requests.{{ column }} = records.{{ column }}

    {% endfor -%}
    union all

    select
        customer_id,
        'unsubscribed' as reason,
        unsubscribed_on as since_on
    from records
    where unsubscribed_on is not null

),

final as (

    select
        found.customer_id,
        purposes.purpose,
        found.reason,
        min(found.since_on) as since_on
    from found
    inner join purposes
        on
            found.reason = 'erasure_requested'
            or purposes.ends_with_unsubscription
    group by found.customer_id, purposes.purpose, found.reason

)

select * from final
