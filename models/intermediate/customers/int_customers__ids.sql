-- grain: one customer record of a source system, with the customer it belongs to

with

customers as (

    select * from {{ ref('input__customers') }}

),

final as (

    select
        source_system,
        source_customer_id,
        source_system || ':' || source_customer_id as customer_id
    from customers

)

select * from final
