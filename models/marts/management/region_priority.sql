-- grain: one region, with the priority of its growth and repurchase

-- Growth: net sales of the 12 months up to the latest complete month on those of the 12 before. Cut at the quantile
-- of the policy over regions with enough active customers; a value on the cut belongs above.

with

policy as (

    select * from {{ ref('management_policy') }}

),

latest as (

    select
        month_start_on,
        as_of_on
    from {{ ref('int_management__months') }}
    where is_complete
    qualify row_number() over (order by month_start_on desc nulls last) = 1

),

sales as (

    select
        figures.segment as region,
        {%- set is_recent = 'figures.month_start_on > ' ~ months_before('latest.month_start_on', 12) %}
        {{ exact_sum('case when ' ~ is_recent ~ ' then figures.numerator else 0 end') }} as revenue_12m,
        {{ exact_sum('case when ' ~ is_recent ~ ' then 0 else figures.numerator end') }} as earlier_revenue_12m
    from {{ ref('int_management__values') }} as figures
    inner join latest
        on
            figures.month_start_on <= latest.month_start_on
            and figures.month_start_on > {{ months_before('latest.month_start_on', 24) }}
    where
        figures.kpi = 'revenue'
        and figures.segment_kind = 'region'
    group by figures.segment

),

repurchase as (

    select
        figures.segment as region,
        figures.numerator as repeat_customers,
        figures.base as active_customers
    from {{ ref('int_management__values') }} as figures
    inner join latest
        on figures.month_start_on = latest.month_start_on
    where
        figures.kpi = 'repurchase_rate'
        and figures.segment_kind = 'region'

),

measured as (

    select
        sales.region,
        sales.revenue_12m,
        sales.earlier_revenue_12m,
        coalesce(repurchase.repeat_customers, 0) as repeat_customers,
        coalesce(repurchase.active_customers, 0) as active_customers,
        sales.revenue_12m / nullif(greatest(sales.earlier_revenue_12m, 0), 0) - 1 as growth,
        repurchase.repeat_customers / nullif(repurchase.active_customers, 0) as repurchase_rate,
        coalesce(repurchase.active_customers, 0) < policy.minimum_active as is_low_base,
        coalesce(repurchase.active_customers, 0) >= policy.minimum_active
        and sales.region <> 'unknown'
        and sales.earlier_revenue_12m > 0 as is_placed,
        policy.cut_quantile
    from sales
    cross join policy
    left join repurchase
        on sales.region = repurchase.region

),

ranked as (

    select
        *,
        row_number() over (order by growth asc nulls last, region asc) as growth_rank,
        row_number() over (order by repurchase_rate asc nulls last, region asc) as repurchase_rank,
        count(*) over () as placed_count
    from measured
    where is_placed

),

cuts as (

    select
        {{ ranked_quantile('growth', 'growth_rank', 'placed_count', 'cut_quantile') }} as growth_cut,
        {{ ranked_quantile('repurchase_rate', 'repurchase_rank', 'placed_count', 'cut_quantile') }} as repurchase_cut
    from ranked

),

final as (

    select
        cast(measured.region as string) as region,
        {{ member_label('measured.region', 'labels.label_zh', 'zh') }} as region_zh,
        {{ member_label('measured.region', 'labels.label_en', 'en') }} as region_en,
        cast(priorities.priority as integer) as priority,
        cast(priorities.label_zh as string) as priority_zh,
        cast(priorities.label_en as string) as priority_en,
        cast(measured.is_low_base as boolean) as is_low_base,
        cast(measured.revenue_12m as decimal(18, 2)) as revenue_12m,
        cast(measured.earlier_revenue_12m as decimal(18, 2)) as earlier_revenue_12m,
        cast(measured.growth as double) as growth,
        cast(measured.active_customers as bigint) as active_customers,
        cast(measured.repeat_customers as bigint) as repeat_customers,
        cast(measured.repurchase_rate as double) as repurchase_rate,
        cast(cuts.growth_cut as double) as growth_cut,
        cast(cuts.repurchase_cut as double) as repurchase_cut,
        cast(latest.as_of_on as date) as as_of_on
    from measured
    cross join cuts
    cross join latest
    left join {{ ref('region_priorities') }} as priorities
        on
            measured.is_placed
            and (measured.growth >= cuts.growth_cut) = priorities.is_high_growth
            and (measured.repurchase_rate >= cuts.repurchase_cut) = priorities.is_high_repurchase
    left join {{ ref('int_management__segment_labels') }} as labels
        on
            labels.segment_kind = 'region'
            and measured.region = labels.segment

)

select * from final
