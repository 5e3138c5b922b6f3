-- grain: one customer and a number for it

-- Models of many rows a customer join, group and count by the number, which is far cheaper than by the key. It holds
-- within one build and leaves it nowhere. Customers are drawn by it too: the order of hashed keys has no meaning.

with

final as (

    select
        customer_id,
        row_number() over (order by md5(customer_id) asc, customer_id asc) as customer_number
    from {{ ref('int_customers__profiles') }}

)

select * from final
