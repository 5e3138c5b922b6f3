-- grain: one customer: how many times in a row the spend of complete months has risen up to the latest one

-- Every month of the run has spend, the first of them as well (SPEC 13.13): a rise from nothing is a start.

with

months as (

    select
        customer_id,
        month_start_on,
        net_amount
    from {{ ref('int_value__customer_months') }}
    where net_amount > 0

),

latest as (

    select
        {{ months_before("cast(date_trunc('month', " ~ add_days('as_of_on', 1) ~ ") as date)", 1) }} as month_start_on
    from {{ ref('int_value__as_of_dates') }}
    where is_latest

),

compared as (

    select
        months.customer_id,
        months.month_start_on,
        months.net_amount > earlier.net_amount as is_rise
    from months
    left join months as earlier
        on
            months.customer_id = earlier.customer_id
            and {{ months_before('months.month_start_on', 1) }} = earlier.month_start_on

),

numbered as (

    select
        compared.customer_id,
        coalesce(compared.is_rise, false) as is_rise,
        row_number() over (
            partition by compared.customer_id order by compared.month_start_on desc nulls last
        ) as months_back,
        max(compared.month_start_on) over (partition by compared.customer_id) as last_month_on
    from compared

),

final as (

    -- the run ends at the first month that is no rise, counted back; a month without spend is no rise either
    select
        numbered.customer_id,
        coalesce(min(case when not numbered.is_rise then numbered.months_back end), max(numbered.months_back) + 1) - 1
            as rising_months
    from numbered
    inner join latest
        on numbered.last_month_on = latest.month_start_on
    group by numbered.customer_id

)

select * from final
