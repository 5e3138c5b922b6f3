-- grain: one step of the win-back programme given to a customer in an earlier published build

with

final as (

    select
        customer_id,
        cast(entered_on as date) as entered_on,
        cast(step as integer) as step,
        cast(step_on as date) as step_on
    from {{ source('state', 'winback_steps') }}

)

select * from final
