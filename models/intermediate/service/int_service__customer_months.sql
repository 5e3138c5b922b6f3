-- grain: one customer and one month: group, tier and whether active, as of the last day before the month

{{ config(materialized='view') }}

with

final as (

    select
        customer_id,
        customer_group,
        value_tier,
        frequency_12m > 0 as is_active,
        {{ add_days('as_of_on', 1) }} as month_start_on
    from {{ ref('int_value__customer_states') }}
    where is_month_end

)

select * from final
