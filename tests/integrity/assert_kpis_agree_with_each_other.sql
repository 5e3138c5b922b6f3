-- What is said twice is said alike: growth and the year before (of the same festival seasons where one moved), churn
-- and retention, order value and its parts.

with

figures as (

    select
        month_start_on,
        is_complete,
        {%- for kpi in [
            'revenue', 'revenue_growth', 'churn_rate', 'retention_rate', 'order_value', 'purchases', 'margin',
            'margin_rate',
        ] %}
        max(case when kpi = '{{ kpi }}' then value end) as {{ kpi }},
        {%- endfor %}
        max(case when kpi = 'revenue' then coalesce(last_year_aligned_value, last_year_value) end) as last_year_revenue,
        max(case when kpi = 'order_value' then base end) as order_value_base,
        max(case when kpi = 'margin_rate' then numerator end) as margin_numerator
    from {{ ref('kpi_monthly') }}
    group by month_start_on, is_complete

)

select *
from figures
where
    (is_complete and last_year_revenue <> 0 and revenue_growth is null)
    -- relative: after a year of next to nothing, growth is a large number
    or abs(revenue_growth - (revenue / nullif(last_year_revenue, 0) - 1)) > 1e-9 * greatest(abs(revenue_growth), 1)
    or (not is_complete and (revenue_growth is not null or churn_rate is not null))
    or abs(churn_rate + retention_rate - 1) > 1e-9
    or order_value_base <> purchases
    or margin_numerator <> margin
