-- A customer record that customer_origins does not know could be drawn for audit and not be found.

select distinct customers.source_system
from {{ ref('input__customers') }} as customers
where not exists (
    select 1
    from {{ ref('customer_origins') }} as origins
    where
        origins.source_system = customers.source_system
        and origins.source_customer_id = customers.source_customer_id
)
