-- grain: one customer, as of the latest date or one month's end of the history, from the first contact on

with

states as (

    select * from {{ ref('int_value__customer_states') }}
    where is_latest or is_reported

),

stages as (

    select * from {{ ref('lifecycle_stages') }}

),

final as (

    select
        cast(states.customer_id as varchar) as customer_id,
        cast(states.as_of_on as date) as as_of_on,
        states.is_latest,
        cast(states.lifecycle_stage as varchar) as lifecycle_stage,
        cast(stages.label_zh as varchar) as lifecycle_stage_zh,
        cast(stages.label_en as varchar) as lifecycle_stage_en,
        states.has_purchased,
        cast(states.first_contact_on as date) as first_contact_on,
        cast(states.last_purchase_on as date) as last_purchase_on
    from states
    inner join stages
        on states.lifecycle_stage = stages.lifecycle_stage

)

select * from final
