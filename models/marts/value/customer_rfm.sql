-- grain: one customer who has ever purchased, for one window of months (policy), as of the latest date

with

classes as (

    select * from {{ ref('int_value__rfm_classes') }}
    where is_latest

),

action_groups as (

    select * from {{ ref('rfm_action_groups') }}

),

final as (

    select
        -- keys
        cast(classes.customer_id as string) as customer_id,
        cast(classes.window_months as integer) as window_months,

        -- attributes
        cast(classes.rfm_class as string) as rfm_class,
        cast(classes.rfm_class_zh as string) as rfm_class_zh,
        cast(classes.rfm_class_en as string) as rfm_class_en,
        cast(classes.action_group as string) as action_group,
        cast(action_groups.label_zh as string) as action_group_zh,
        cast(action_groups.label_en as string) as action_group_en,

        -- flags
        classes.is_recent,
        classes.is_frequent,
        classes.is_high_spending,

        -- measures
        cast(classes.recency_days as integer) as recency_days,
        cast(classes.frequency as bigint) as frequency,
        cast(classes.monetary as decimal(18, 2)) as monetary,
        cast(classes.net_amount as decimal(18, 2)) as net_amount,
        cast(classes.recency_score as integer) as recency_score,
        cast(classes.frequency_score as integer) as frequency_score,
        cast(classes.monetary_score as integer) as monetary_score,

        -- dates
        cast(classes.last_purchase_on as date) as last_purchase_on,
        cast(classes.parameters_as_of_on as date) as parameters_as_of_on,
        cast(classes.as_of_on as date) as as_of_on
    from classes
    left join action_groups
        on classes.action_group = action_groups.action_group

)

select * from final
