-- grain: one horizon and one date as of which customers are scored, or from which the model learns

-- Whether customers can be judged then, and if not, why: a rate grid has to be fitted, to a history that is at
-- least as long as the horizon ahead. Everything that reads a probability of staying away asks here.

with

origins as (

    select * from {{ ref('int_churn__origins') }}

),

parameters as (

    select
        as_of_on,
        min(status) as status,
        min(hazard) as hazard
    from {{ ref('int_churn__rate_grid') }}
    group by as_of_on

),

judged as (

    select
        origins.as_of_on,
        origins.horizon_days,
        origins.is_latest,
        case
            when parameters.status is null then 'no_customers'
            when parameters.hazard is null then parameters.status
            when origins.history_days < origins.horizon_days then 'history_too_short'
        end as unmeasured_reason
    from origins
    left join parameters
        on origins.as_of_on = parameters.as_of_on

),

final as (

    select
        *,
        case when unmeasured_reason is null then 'measured' else 'not_measured' end as risk_status
    from judged

)

select * from final
