-- stg_online_retail__orders reads an invoice's customer, country and landing day off its lines:
-- that holds only while all lines of an invoice agree.

select
    source_order_id,
    count(*) as line_count
from {{ ref('stg_online_retail__order_items') }}
group by source_order_id
having
    count(distinct coalesce(source_customer_id, '')) > 1
    or count(distinct coalesce(country, '')) > 1
    or count(distinct is_return) > 1
