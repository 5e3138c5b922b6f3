-- grain: one customer who must not be written to, and why

-- Who asked to be erased, by the record named or by the phone or e-mail given with the request; who unsubscribed. A
-- consent does not lift either.

with

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

ids as (

    select * from {{ ref('int_customers__ids') }}

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
        cast(requests.received_at as date) as received_on
    from {{ ref('input__erasure_requests') }} as requests
    inner join as_of
        on cast(requests.received_at as date) <= as_of.as_of_on

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
        records.customer_id,
        'unsubscribed' as reason,
        records.unsubscribed_on as since_on
    from records
    inner join as_of
        on records.unsubscribed_on <= as_of.as_of_on

),

final as (

    select
        customer_id,
        reason,
        min(since_on) as since_on
    from found
    group by customer_id, reason

)

select * from final
