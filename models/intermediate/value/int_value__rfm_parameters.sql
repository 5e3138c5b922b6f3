-- grain: one window of months: the cut-offs its scores and classes are read against

-- Customers with a purchase in the window set the cut-offs: those without one are all recency.

with

measured as (

    select * from {{ ref('int_value__recency_frequency_monetary') }}
    where frequency > 0

),

policy as (

    select * from {{ ref('rfm_policy') }}

),

statistics as (

    select
        as_of_on,
        window_months,
        {%- for measure in ['recency_days', 'frequency', 'monetary'] %}
        {%- for percent in [20, 40, 60, 80] %}
        percentile_cont(0.{{ percent }}) within group (order by cast({{ measure }} as double))
            as {{ measure }}_p{{ percent }},
        {%- endfor %}
        avg(cast({{ measure }} as double)) as {{ measure }}_mean,
        percentile_cont(0.50) within group (order by cast({{ measure }} as double))
            as {{ measure }}_median,
        {%- endfor %}
        count(*) as customer_count
    from measured
    group by as_of_on, window_months

),

final as (

    select
        statistics.*,
        {%- for measure in ['recency_days', 'frequency', 'monetary'] %}
        case policy.threshold_method
            when 'mean' then statistics.{{ measure }}_mean
            when 'median' then statistics.{{ measure }}_median
            when 'fixed' then cast(policy.{{ measure }}_threshold as double)
        end as {{ measure }}_threshold,
        {%- endfor %}
        policy.threshold_method
    from statistics
    inner join policy
        on statistics.window_months = policy.window_months

)

select * from final
