-- grain: one KPI in one complete month and one reason for which the management may be told

-- `change` is value − reference in the unit of the KPI. An anomaly too small to be told, or last year's come back, is
-- none. Last year is that of the same festival seasons where one moved.

with

months as (

    select * from {{ ref('int_management__months') }}
    where is_complete

),

policy as (

    select * from {{ ref('management_policy') }}

),

catalog as (

    select * from {{ ref('kpi_catalog') }}

),

figures as (

    select
        figures.kpi,
        figures.month_start_on,
        figures.value
    from {{ ref('int_management__values') }} as figures
    inner join months
        on figures.month_start_on = months.month_start_on
    where figures.segment_kind = 'all'

),

targets as (

    -- the latest target that has begun
    select
        figures.kpi,
        figures.month_start_on,
        figures.value,
        benchmarks.figure as target,
        row_number() over (
            partition by figures.kpi, figures.month_start_on order by benchmarks.valid_from_on desc nulls last
        ) as recency
    from figures
    inner join {{ ref('int_management__kpi_references') }} as benchmarks
        on
            figures.kpi = benchmarks.kpi
            and benchmarks.reference = 'target'
            and benchmarks.reference_status = 'comparable'
            and figures.month_start_on >= benchmarks.valid_from_on

),

quarters as (

    select
        kpi,
        cast(date_trunc('quarter', month_start_on) as date) as quarter_start_on,
        max(month_start_on) as month_start_on,
        {{ exact_sum('value') }} as value
    from figures
    where kpi = 'revenue'
    group by kpi, date_trunc('quarter', month_start_on)
    having count(*) = 3

),

aligned_quarters as (

    select
        kpi,
        period_start_on as quarter_start_on,
        value
    from {{ ref('int_management__aligned_values') }}
    where
        period_kind = 'quarter'
        and segment_kind = 'all'

),

regions as (

    select
        kpi,
        month_start_on,
        segment,
        value
    from {{ ref('int_management__values') }}
    where
        kpi = 'competitor_share'
        and segment_kind = 'region'

),

moves as (

    select
        later.kpi,
        later.month_start_on,
        max(abs(later.value - earlier.value)) as largest_move
    from regions as later
    inner join regions as earlier
        on
            later.segment = earlier.segment
            and {{ months_before('later.month_start_on', 1) }} = earlier.month_start_on
    group by later.kpi, later.month_start_on

),

daily as (

    select
        cast(date_trunc('month', since_on) as date) as month_start_on,
        count(*) as anomaly_count
    from {{ ref('int_management__anomalies') }}
    group by date_trunc('month', since_on)

),

compared as (

    select
        later.kpi,
        later.month_start_on,
        'year_on_year' as reason,
        later.value,
        coalesce(aligned.value, earlier.value) as reference_value,
        policy.year_change_limit as limit_value,
        abs(later.value / nullif(coalesce(aligned.value, earlier.value), 0) - 1) as size,
        cast(null as boolean) as is_explained
    from quarters as later
    cross join policy
    inner join quarters as earlier
        on {{ months_before('later.quarter_start_on', 12) }} = earlier.quarter_start_on
    left join aligned_quarters as aligned
        on
            later.kpi = aligned.kpi
            and later.quarter_start_on = aligned.quarter_start_on

    union all

    select
        later.kpi,
        later.month_start_on,
        'competitor' as reason,
        later.value,
        earlier.value as reference_value,
        policy.competitor_move_limit as limit_value,
        greatest(abs(later.value - earlier.value), coalesce(moves.largest_move, 0)) as size,
        null as is_explained
    from figures as later
    cross join policy
    inner join figures as earlier
        on
            later.kpi = earlier.kpi
            and {{ months_before('later.month_start_on', 1) }} = earlier.month_start_on
    left join moves
        on
            later.kpi = moves.kpi
            and later.month_start_on = moves.month_start_on
    where later.kpi = 'competitor_share'

    union all

    select
        targets.kpi,
        targets.month_start_on,
        'target' as reason,
        targets.value,
        targets.target as reference_value,
        0 as limit_value,
        case catalog.direction when 'higher' then targets.target - targets.value else targets.value - targets.target end
            as size,
        null as is_explained
    from targets
    inner join catalog
        on targets.kpi = catalog.kpi
    where targets.recency = 1

    union all

    select
        expectations.kpi,
        expectations.month_start_on,
        'anomaly' as reason,
        expectations.value,
        expectations.expected_value as reference_value,
        policy.anomaly_score as limit_value,
        abs(expectations.score) as size,
        not expectations.is_to_be_told as is_explained
    from {{ ref('int_management__expectations') }} as expectations
    cross join policy

    union all

    -- what stood out on single days is held against no figure
    select
        figures.kpi,
        figures.month_start_on,
        'daily_anomaly' as reason,
        figures.value,
        null as reference_value,
        0 as limit_value,
        daily.anomaly_count as size,
        null as is_explained
    from figures
    inner join daily
        on figures.month_start_on = daily.month_start_on
    where figures.kpi = 'revenue'

),

final as (

    select
        kpi,
        month_start_on,
        reason,
        value,
        reference_value,
        value - reference_value as change,
        (value - reference_value) / nullif(abs(reference_value), 0) as relative_change,
        size,
        limit_value,
        coalesce(is_explained, false) as is_explained,
        -- on the limit is within it, whatever the last digit of a quotient
        coalesce(round(size, 9) > limit_value and not coalesce(is_explained, false), false) as is_alert
    from compared
    where
        value is not null
        and (reference_value is not null or reason = 'daily_anomaly')

)

select * from final
