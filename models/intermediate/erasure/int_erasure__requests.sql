-- grain: one request to be erased, with what follows from it

with

requests as (

    select * from {{ ref('input__erasure_requests') }}

),

statuses as (

    select * from {{ ref('erasure_statuses') }}

),

policy as (

    select * from {{ ref('erasure_policy') }}

),

counted as (

    select
        source_system,
        source_request_id,
        count(*) as customer_count
    from {{ ref('int_erasure__matches') }}
    group by source_system, source_request_id

),

final as (

    select
        requests.source_system,
        requests.source_request_id,
        requests.phone,
        requests.email,
        requests.status,
        case
            when statuses.action = 'release' then 'released'
            when coalesce(statuses.action, 'wait') = 'wait' then 'waiting'
            when counted.customer_count > policy.customers_per_request then 'ambiguous'
            when counted.customer_count > 0 then 'erase'
            else 'nobody'
        end as outcome,
        coalesce(counted.customer_count, 0) as customer_count,
        coalesce(cast(requests.received_at as date), requests.landed_on) as received_on
    from requests
    cross join policy
    left join statuses
        on requests.status = statuses.status
    left join counted
        on
            requests.source_system = counted.source_system
            and requests.source_request_id = counted.source_request_id

)

select * from final
