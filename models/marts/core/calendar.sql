-- grain: one day, from the first January with orders to the last December

with

bounds as (

    select
        cast(date_trunc('year', min(documents.ordered_on)) as date) as first_on,
        cast(
            date_trunc('year', max(as_of.as_of_on)) + interval '1' year - interval '1' day
            as date
        ) as last_on,
        max(as_of.as_of_on) as as_of_on
    from {{ ref('int_orders__documents') }} as documents
    cross join {{ ref('int_calendar__as_of') }} as as_of

),

days as (

    select
        {{ each_day('first_on', 'last_on') }} as date_on,
        as_of_on
    from bounds

),

final as (

    select
        cast(date_on as date) as date_on,
        cast(extract(year from date_on) as integer) as year_number,
        cast(extract(quarter from date_on) as integer) as quarter_of_year,
        cast(extract(month from date_on) as integer) as month_of_year,
        cast(extract(day from date_on) as integer) as day_of_month,
        cast({{ iso_day_of_week('date_on') }} as integer) as day_of_week,
        cast(date_trunc('week', date_on) as date) as week_start_on,
        cast(date_trunc('month', date_on) as date) as month_start_on,
        cast(date_trunc('quarter', date_on) as date) as quarter_start_on,
        {{ iso_day_of_week('date_on') }} >= 6 as is_weekend,
        date_on > as_of_on as is_after_as_of
    from days

)

select * from final
