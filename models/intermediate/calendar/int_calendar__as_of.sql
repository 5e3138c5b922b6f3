-- grain: one row: the date as of which every time-dependent figure holds

with

orders as (

    -- what became of an order is news of its own day
    {% for moment in ['ordered_at', 'cancelled_at', 'refunded_at'] -%}
    select
        cast({{ moment }} as date) as dated_on,
        landed_on
    from {{ ref('input__orders') }}
    {% if not loop.last %}
    union all

    {% endif %}
    {%- endfor %}

),

latest_order as (

    -- a date after its file arrived cannot move the as-of date
    select max(dated_on) as ordered_on
    from orders
    where dated_on <= landed_on

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
