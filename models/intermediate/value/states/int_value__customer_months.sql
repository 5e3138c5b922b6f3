-- grain: one customer and one complete month with a document, as known at the latest as-of date

with

dates as (

    select
        as_of_on,
        cast(date_trunc('month', {{ add_days('as_of_on', 1) }}) as date) as complete_before_on
    from {{ ref('int_value__as_of_dates') }}
    where is_latest

),

final as (

    select
        days.customer_id,
        cast(date_trunc('month', days.ordered_on) as date) as month_start_on,
        sum(days.order_count) as order_count,
        sum(days.net_amount) as net_amount,
        sum(days.margin_amount) as margin_amount
    from {{ ref('int_value__day_versions') }} as days
    inner join dates
        on
            days.ordered_on < dates.complete_before_on
            and days.valid_from_on <= dates.as_of_on
            and days.valid_to_on > dates.as_of_on
    group by days.customer_id, cast(date_trunc('month', days.ordered_on) as date)

)

select * from final
