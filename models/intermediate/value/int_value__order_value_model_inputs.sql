-- grain: one number of repeat purchase days with one sum of their amounts, per kind of amount and as-of date

-- The first purchase day is no repeat: it is left out of both.

with

customers as (

    select
        as_of_on,
        purchase_days - 1 as x,
        purchase_amount - first_day_amount as repeat_amount,
        margin_amount - first_day_margin as repeat_margin
    from {{ ref('int_value__base_features') }}
    where (is_latest or is_backtest) and purchase_days > 1

),

amounts as (

    select
        as_of_on,
        'net' as amount_kind,
        x,
        repeat_amount
    from customers

    union all

    select
        as_of_on,
        'margin' as amount_kind,
        x,
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
