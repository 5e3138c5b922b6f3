-- grain: one row: the date as of which every time-dependent figure holds

with

orders as (

    select
        cast(ordered_at as date) as ordered_on,
        landed_on
    from {{ ref('input__orders') }}

),

latest_order as (

    -- an order dated after its file arrived cannot move the date
    select max(ordered_on) as ordered_on
    from orders
    where ordered_on <= landed_on

),

final as (

    select
        coalesce(
            try_cast(nullif('{{ var("as_of_date") }}', '') as date),
            latest_order.ordered_on
        ) as as_of_on,
        case
            when nullif('{{ var("as_of_date") }}', '') is not null then 'setting'
            else 'latest order'
        end as as_of_basis
    from latest_order

)

select * from final
