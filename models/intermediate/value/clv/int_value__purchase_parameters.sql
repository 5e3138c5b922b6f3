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
        parameters.model,
        parameters.parameter,
        parameters.unit,
        as_of_dates.is_latest,
        parameters.is_scoring,
        parameters.estimate,
        parameters.standard_error
    from parameters
    inner join as_of_dates
        on parameters.as_of_on = as_of_dates.as_of_on

)

select * from final
