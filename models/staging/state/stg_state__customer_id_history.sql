-- grain: one event in the life of a customer id in an earlier build

with

final as (

    select
        build_id,
        cast(as_of_on as date) as as_of_on,
        event,
        customer_id,
        other_customer_id,
        cast(record_count as bigint) as record_count
    from {{ source('state', 'customer_id_history') }}

)

select * from final
