{{ config(enabled=var('data_set') == 'online_retail') }}

-- Two orders of 74,215 and 80,995 pieces were cancelled within minutes. Before netting their
-- customers are among the ten best; after netting they must not be.

with

ranked as (

    select
        customer_id,
        rank() over (order by net_amount desc nulls last) as net_rank,
        rank() over (order by gross_amount desc nulls last) as gross_rank
    from {{ ref('customers') }}
    where is_known

)

select
    customer_id,
    net_rank,
    gross_rank
from ranked
where
    customer_id in ('online_retail:16446', 'online_retail:12346')
    and (net_rank <= 10 or gross_rank > 10)

union all

select
    'both customers' as customer_id,
    count(*) as net_rank,
    count(*) as gross_rank
from ranked
where customer_id in ('online_retail:16446', 'online_retail:12346')
having count(*) <> 2
