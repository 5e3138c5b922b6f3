-- Models join customers by the hash of their keys (int_orders__as_of): two keys of one hash would be one customer.

select
    {{ hashed_number('customer_id') }} as customer_number,
    count(*) as customer_count
from {{ ref('int_customers__profiles') }}
group by {{ hashed_number('customer_id') }}
having count(*) > 1
