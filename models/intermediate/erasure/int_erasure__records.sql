-- grain: one customer record that is to be erased

with

requests as (

    select * from {{ ref('int_erasure__requests') }}
    where outcome = 'erase'

),

matches as (

    select
        matches.customer_id,
        min(matches.source_system || '|' || matches.source_request_id) as request_key
    from {{ ref('int_erasure__matches') }} as matches
    inner join requests
        on
            matches.source_system = requests.source_system
            and matches.source_request_id = requests.source_request_id
    group by matches.customer_id

),

persons as (

    select * from {{ ref('int_customers__ids') }}

),

customers as (

    select * from {{ ref('input__customers') }}

),

final as (

    select
        persons.record_id,
        persons.customer_id,
        persons.source_system,
        persons.source_customer_id,
        matches.request_key,
        customers.phone,
        customers.email,
        customers.unionid,
        customers.member_no,
        customers.id_number_hash
    from persons
    inner join matches
        on persons.customer_id = matches.customer_id
    inner join customers
        on
            persons.source_system = customers.source_system
            and persons.source_customer_id = customers.source_customer_id

)

select * from final
