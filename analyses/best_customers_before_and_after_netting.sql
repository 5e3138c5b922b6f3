-- Which customers would be among the ten best if cancellations were ignored, and where do they stand after netting?

with

ranked as (

    select
        customer_id,
        gross_amount,
        net_amount,
        rank() over (order by gross_amount desc nulls last) as gross_rank,
        rank() over (order by net_amount desc nulls last) as net_rank
    from {{ ref('customers') }}
    where is_known

)

select * from ranked
where gross_rank <= 10
order by gross_rank asc
