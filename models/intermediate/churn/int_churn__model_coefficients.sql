-- grain: one term of the model of one horizon at one scored date

select
    'churn_' || cast(horizon_days as varchar) || 'd' as model,
    cast(as_of_on as date) as as_of_on,
    cast(horizon_days as integer) as horizon_days,
    cast(term as varchar) as term,
    cast(status as varchar) as status,
    cast(coefficient as double) as coefficient,
    cast(standard_error as double) as standard_error,
    cast(mean as double) as mean,
    cast(deviation as double) as deviation,
    cast(example_count as bigint) as example_count,
    cast(lost_count as bigint) as lost_count,
    cast(origin_count as bigint) as origin_count,
    cast(first_origin_on as date) as first_origin_on,
    cast(last_origin_on as date) as last_origin_on
from {{ ref('int_churn__model_fits') }}
