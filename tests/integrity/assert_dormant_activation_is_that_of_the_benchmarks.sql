-- The latest complete month's activation of dormant customers is the figure that value_benchmarks holds against the
-- field, where the as-of date is the end of that month.

select
    months.value,
    benchmarks.figure
from {{ ref('kpi_monthly') }} as months
inner join {{ ref('int_calendar__as_of') }} as as_of
    on
        months.kpi = 'activation_rate'
        and months.is_complete
        and months.as_of_on = as_of.as_of_on
inner join {{ ref('value_benchmarks') }} as benchmarks
    on benchmarks.metric = 'activation_rate'
where abs(coalesce(months.value, -1) - coalesce(benchmarks.figure, -1)) > 1e-9
