-- grain: one step of the win-back programme given to a customer in an earlier published build

select
    customer_id,
    cast(entered_on as date) as entered_on,
    cast(step as integer) as step,
    cast(step_on as date) as step_on
from {{ source('state', 'winback_steps') }}
