-- grain: one customer who is a business or has purchased, as of the latest date or one month's end of the history

with

states as (

    select * from {{ ref('int_value__customer_states') }}
    where
        customer_group is not null
        and (is_latest or is_reported)

),

labels as (

    select * from {{ ref('customer_group_labels') }}

),

final as (

    select
        cast(states.customer_id as varchar) as customer_id,
        cast(states.as_of_on as date) as as_of_on,
        states.is_latest,
        cast(states.customer_group as varchar) as customer_group,
        cast(labels.label_zh as varchar) as customer_group_zh,
        cast(labels.label_en as varchar) as customer_group_en,
        cast(states.gift_share_24m as double) as gift_share_24m
    from states
    inner join labels
        on states.customer_group = labels.customer_group

)

select * from final
