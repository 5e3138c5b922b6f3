-- Over the months of a complete quarter what a new customer cost is the figure of `unit_economics`, which is rounded to
-- cents: half a cent is no difference, and may be a little more in binary fractions.

select
    months.month_start_on,
    months.value,
    economics.acquisition_cost
from {{ ref('kpi_monthly') }} as months
inner join {{ ref('unit_economics') }} as economics
    on
        months.kpi = 'acquisition_cost'
        and months.window_months = 3
        and months.is_complete
        and extract(month from months.month_start_on) in (3, 6, 9, 12)
        and cast(date_trunc('quarter', months.month_start_on) as date) = economics.quarter_start_on
where abs(coalesce(months.value, -1) - coalesce(economics.acquisition_cost, -1)) > 0.006
