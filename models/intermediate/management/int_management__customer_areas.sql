-- grain: one customer and one kind of area it belongs to: its region, and the dealer it buys most from

-- A dealer's customers are those who bought most from it, of what they bought from dealers, in the months of the
-- policy.

with

profiles as (

    select
        {{ hashed_number('customer_id') }} as customer_number,
        coalesce(province_code, country, 'unknown') as region
    from {{ ref('int_customers__profiles') }}

),

window_months as (

    select months.month_start_on
    from {{ ref('int_management__months') }} as months
    cross join {{ ref('management_policy') }} as policy
    cross join {{ ref('int_calendar__as_of') }} as as_of
    where
        months.month_start_on
        > {{ months_before("cast(date_trunc('month', as_of.as_of_on) as date)", 'policy.maturity_months') }}

),

dealer_sales as (

    select
        sales.customer_number,
        sales.dealer_code,
        sum(sales.net_amount) as net_amount
    from {{ ref('int_orders__as_of') }} as sales
    inner join window_months
        on sales.month_start_on = window_months.month_start_on
    where
        sales.is_known_customer
        and sales.dealer_code is not null
    group by sales.customer_number, sales.dealer_code

),

final as (

    select
        customer_number,
        'region' as area_kind,
        region as area
    from profiles

    union all

    select
        customer_number,
        'dealer' as area_kind,
        dealer_code as area
    from dealer_sales
    qualify row_number() over (
        partition by customer_number order by net_amount desc nulls last, dealer_code asc
    ) = 1

)

select * from final
