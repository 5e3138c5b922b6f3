-- grain: one number of repeat purchase days with one sum of their amounts, per kind of amount and as-of date

with

customers as (

    select * from {{ ref('int_value__repeat_purchases') }}

),

amounts as (

    select
        as_of_on,
        'net' as amount_kind,
        repeat_days as x,
        repeat_amount
    from customers

    union all

    select
        as_of_on,
        'margin' as amount_kind,
        repeat_days as x,
        repeat_margin as repeat_amount
    from customers

),

final as (

    select
        as_of_on,
        amount_kind,
        cast(x as integer) as x,
        cast(repeat_amount as double) as repeat_amount,
        count(*) as customer_count
    from amounts
    group by 1, 2, 3, 4

)

select * from final
