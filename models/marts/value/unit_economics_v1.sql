-- grain: one quarter with orders, in the shape of version 1

-- Columns stand as readers of version 1 have them.

with

economics as (

    select * from {{ ref('unit_economics', v=2) }}

),

final as (

    select
        quarter_start_on,
        new_customer_count as new_customers,
        acquisition_spend,
        acquisition_cost,
        margin_to_date_per_customer,
        future_value_per_customer,
        value_to_cost,
        is_paid_back
    from economics

)

select * from final
