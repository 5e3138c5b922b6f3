-- grain: one window of months and one date at which its cut-offs were frozen

-- Frozen at the end of a quarter for the next one (policy), so that a customer who changes class has changed, and not
-- the yardstick. Customers with a purchase in the window set the cut-offs: those without one are all recency.

with

measured as (

    select * from {{ ref('int_value__recency_frequency_monetary') }}

),

used as (

    -- what the latest date and the history are read against
    select distinct
        policy.window_months,
        case policy.parameters_frozen when 'quarter' then dates.parameters_as_of_on else dates.as_of_on end
            as parameters_as_of_on
    from {{ ref('int_value__as_of_dates') }} as dates
    cross join {{ ref('rfm_policy') }} as policy
    where
        dates.is_latest
        or (dates.is_reported and policy.keeps_history)

),

policy as (

    select * from {{ ref('rfm_policy') }}

),

statistics as (

    select
        used.window_months,
        used.parameters_as_of_on,
        {%- for measure in ['recency_days', 'frequency', 'monetary'] %}
        {{ percentiles('measured.' ~ measure, [0.2, 0.4, 0.5, 0.6, 0.8]) }} as {{ measure }}_percentiles,
        {{ exact_mean('measured.' ~ measure) }} as {{ measure }}_mean,
        {%- endfor %}
        count(*) as customer_count
    from measured
    inner join used
        on
            measured.window_months = used.window_months
            and measured.as_of_on = used.parameters_as_of_on
    where measured.frequency > 0
    group by used.window_months, used.parameters_as_of_on

),

final as (

    select
        {%- for measure in ['recency_days', 'frequency', 'monetary'] %}
        {%- for percent in [20, 40, 50, 60, 80] %}
        {{ list_at('statistics.' ~ measure ~ '_percentiles', loop.index) }} as {{ measure }}_p{{ percent }},
        {%- endfor %}
        statistics.{{ measure }}_mean,
        case policy.threshold_method
            when 'mean' then statistics.{{ measure }}_mean
            when 'median' then {{ list_at('statistics.' ~ measure ~ '_percentiles', 3) }}
            when 'fixed' then cast(policy.{{ measure }}_threshold as double)
        end as {{ measure }}_threshold,
        {%- endfor %}
        statistics.window_months,
        statistics.parameters_as_of_on,
        statistics.customer_count,
        policy.threshold_method
    from statistics
    inner join policy
        on statistics.window_months = policy.window_months

)

select * from final
