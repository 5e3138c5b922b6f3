-- grain: one known customer, as of the latest date

{%- set latest = latest_features() %}

with

features as (

    select * from {{ ref('int_features__customers') }}
    where is_latest

),

lifetime as (

    select * from {{ ref('customer_clv') }}

),

churn as (

    select * from {{ ref('customer_churn_risk') }}

),

final as (

    select
        cast(features.customer_id as string) as customer_id,
        {%- for feature in customer_features() %}
        cast({{ latest.get(feature.name, 'features') }}.{{ feature.name }} as {{ feature.type }})
            as {{ feature.name }},
        {%- endfor %}
        cast(features.as_of_on as date) as as_of_on
    from features
    left join lifetime
        on features.customer_id = lifetime.customer_id
    left join churn
        on features.customer_id = churn.customer_id

)

select * from final
