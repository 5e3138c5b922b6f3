-- grain: one window of months and one date at which its cut-offs were frozen: a version of the yardstick

with

parameters as (

    select * from {{ ref('int_value__rfm_parameters') }}

),

final as (

    select
        cast(window_months as integer) as window_months,
        cast(parameters_as_of_on as date) as parameters_as_of_on,
        {%- for measure in ['recency_days', 'frequency', 'monetary'] %}
        {%- for statistic in ['threshold', 'mean', 'p20', 'p40', 'p50', 'p60', 'p80'] %}
        cast({{ measure }}_{{ statistic }} as double) as {{ measure }}_{{ statistic }},
        {%- endfor %}
        {%- endfor %}
        cast(threshold_method as varchar) as threshold_method,
        cast(customer_count as bigint) as customer_count
    from parameters

)

select * from final
