-- grain: one customer record of one source system

with

online_retail as (

    select
        cast('online_retail' as varchar) as source_system,
        cast(source_customer_id as varchar) as source_customer_id,
        cast(country as varchar) as country,
        cast(first_seen_at as timestamp) as first_seen_at,
        cast(last_seen_at as timestamp) as last_seen_at
    from {{ ref('stg_online_retail__customers') }}

)

select * from online_retail
