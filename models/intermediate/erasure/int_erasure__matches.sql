-- grain: one customer that a request leads to

-- A request names a record, a phone or an e-mail; the customers that these lead to are the person who asks. A company
-- is no person: its records stay.

with

requests as (

    select * from {{ ref('input__erasure_requests') }}

),

customers as (

    select * from {{ ref('input__customers') }}

),

persons as (

    select * from {{ ref('int_customers__ids') }}
    where customer_kind = 'person'

),

known as (

    select
        persons.customer_id,
        customers.source_system,
        customers.source_customer_id,
        customers.phone,
        customers.email
    from persons
    inner join customers
        on
            persons.source_system = customers.source_system
            and persons.source_customer_id = customers.source_customer_id

),

final as (

    select
        requests.source_system,
        requests.source_request_id,
        known.customer_id
    from requests
    inner join known
        on
            requests.source_system = known.source_system
            and requests.source_customer_id = known.source_customer_id

    union distinct

    select
        requests.source_system,
        requests.source_request_id,
        known.customer_id
    from requests
    inner join known
        on requests.phone = known.phone

    union distinct

    select
        requests.source_system,
        requests.source_request_id,
        known.customer_id
    from requests
    inner join known
        on requests.email = known.email

)

select * from final
