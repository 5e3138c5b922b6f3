-- grain: one customer who has purchased, and one indicator of the customer's group, as of the latest date

with

indicators as (

    select * from {{ ref('int_churn__indicators') }}
    where is_latest

),

definitions as (

    select * from {{ ref('churn_indicators') }}

),

final as (

    select
        cast(indicators.customer_id as string) as customer_id,
        cast(indicators.indicator as string) as indicator,
        cast(definitions.label_zh as string) as indicator_zh,
        cast(definitions.label_en as string) as indicator_en,
        cast(definitions.family as string) as indicator_family,
        cast(indicators.customer_group as string) as customer_group,
        cast(indicators.is_eligible as boolean) as is_eligible,
        cast(indicators.is_fired as boolean) as is_fired,
        cast(indicators.value as double) as value,
        cast(indicators.baseline as double) as baseline,
        cast(indicators.change as double) as change,
        cast(indicators.rule_level as integer) as rule_level,
        cast(indicators.as_of_on as date) as as_of_on
    from indicators
    inner join definitions
        on indicators.indicator = definitions.indicator

)

select * from final
