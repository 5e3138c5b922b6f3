-- grain: one estimated parameter of a purchase model at an as-of date

with

models as (

    select * from {{ ref('int_value__purchase_models') }}

),

as_of_dates as (

    select * from {{ ref('int_value__as_of_dates') }}

),

parameters as (

    {% for parameter in ['r', 'alpha', 'a', 'b', 'p', 'q', 'v'] -%}
    select
        as_of_on,
        model,
        '{{ parameter }}' as parameter,
        '{{ {"alpha": "day", "v": var("currency")}.get(parameter, "1") }}' as unit,
        is_scoring,
        {{ parameter }} as estimate,
        {{ parameter }}_standard_error as standard_error
    from models
    where {{ parameter }} is not null
    {% if not loop.last %}
    union all

    {% endif %}
    {%- endfor %}
),

final as (

    select
        parameters.as_of_on,
        cast(parameters.model as varchar) as model,
        cast(parameters.parameter as varchar) as parameter,
        cast(parameters.unit as varchar) as unit,
        cast(as_of_dates.is_latest as boolean) as is_latest,
        cast(parameters.is_scoring as boolean) as is_scoring,
        cast(parameters.estimate as double) as estimate,
        cast(parameters.standard_error as double) as standard_error
    from parameters
    inner join as_of_dates
        on parameters.as_of_on = as_of_dates.as_of_on

)

select * from final
