-- grain: one quarter with orders: what a new customer cost and is expected to bring

-- Acquisition cost = acquisition spend ÷ customers with their first order in the quarter (SPEC 13.15).

with

customers as (

    select
        cast(date_trunc('quarter', first_purchase_on) as date) as quarter_start_on,
        customer_id,
        margin_amount
    from {{ ref('int_value__base_features') }}
    where is_latest

),

clv as (

    select * from {{ ref('customer_clv') }}

),

spend as (

    select
        cast(date_trunc('quarter', month_start_on) as date) as quarter_start_on,
        sum(amount) as acquisition_spend
    from {{ ref('input__spend') }}
    where purpose = 'acquisition'
    group by cast(date_trunc('quarter', month_start_on) as date)

),

won as (

    select
        customers.quarter_start_on,
        count(*) as new_customer_count,
        sum(customers.margin_amount) as margin_to_date,
        avg(clv.lifetime_value) as mean_future_value
    from customers
    inner join clv
        on customers.customer_id = clv.customer_id
    group by customers.quarter_start_on

),

final as (

    select
        cast(won.quarter_start_on as date) as quarter_start_on,
        cast(won.new_customer_count as bigint) as new_customer_count,
        cast(spend.acquisition_spend as decimal(18, 2)) as acquisition_spend,
        cast(spend.acquisition_spend / won.new_customer_count as decimal(18, 2)) as acquisition_cost,
        cast(won.margin_to_date / won.new_customer_count as decimal(18, 2)) as margin_to_date_per_customer,
        cast(won.mean_future_value as decimal(18, 2)) as future_value_per_customer,
        cast(
            (won.margin_to_date / won.new_customer_count + won.mean_future_value)
            / nullif(spend.acquisition_spend / won.new_customer_count, 0) as double
        ) as value_to_cost,
        spend.acquisition_spend <= won.margin_to_date as is_paid_back
    from won
    left join spend
        on won.quarter_start_on = spend.quarter_start_on

)

select * from final
