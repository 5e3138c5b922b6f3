-- grain: one deviation of a KPI and one segment: how much of the change comes from it

-- Contributions of a kind of segment add up to the change. A sum is compared segment by segment; against what season
-- and trend let expect, a segment is expected to keep its share of the 12 months before. Of a ratio a segment brings
-- what its numerator is above the reference's share of its base, or what its part of the ratio has changed.

with

deviations as (

    select * from {{ ref('int_management__deviations') }}

),

catalog as (

    select * from {{ ref('kpi_catalog') }}

),

figures as (

    select * from {{ ref('int_management__values') }}

),

totals as (

    select
        kpi,
        month_start_on,
        base
    from figures
    where segment_kind = 'all'

),

segments as (

    -- a decimal sum does not depend on the order of rows
    select
        kpi,
        month_start_on,
        segment_kind,
        segment,
        base,
        cast(numerator as decimal(28, 8)) as numerator
    from figures
    where segment_kind <> 'all'

),

aligned_segments as (

    select
        kpi,
        {{ months_before('period_start_on', -2) }} as month_start_on,
        segment_kind,
        segment,
        cast(value as decimal(28, 8)) as value
    from {{ ref('int_management__aligned_values') }}
    where
        period_kind = 'quarter'
        and segment_kind <> 'all'

),

aligned_months as (

    select distinct
        kpi,
        month_start_on
    from aligned_segments

),

quarter_parts as (

    -- the quarter, and last year: of the same festival seasons where one moved
    select
        deviations.kpi,
        deviations.month_start_on,
        deviations.reason,
        segments.segment_kind,
        segments.segment,
        case
            when segments.month_start_on > {{ months_before('deviations.month_start_on', 3) }} then segments.numerator
            when aligned_months.month_start_on is null then -segments.numerator
            else 0
        end as part
    from deviations
    inner join segments
        on
            deviations.kpi = segments.kpi
            and (
                (
                    {{ months_before('deviations.month_start_on', 3) }} < segments.month_start_on
                    and deviations.month_start_on >= segments.month_start_on
                )
                or (
                    {{ months_before('deviations.month_start_on', 15) }} < segments.month_start_on
                    and {{ months_before('deviations.month_start_on', 12) }} >= segments.month_start_on
                )
            )
    left join aligned_months
        on
            deviations.kpi = aligned_months.kpi
            and deviations.month_start_on = aligned_months.month_start_on
    where deviations.reason = 'year_on_year'

    union all

    select
        deviations.kpi,
        deviations.month_start_on,
        deviations.reason,
        aligned_segments.segment_kind,
        aligned_segments.segment,
        -aligned_segments.value as part
    from deviations
    inner join aligned_segments
        on
            deviations.kpi = aligned_segments.kpi
            and deviations.month_start_on = aligned_segments.month_start_on
    where deviations.reason = 'year_on_year'

),

compared_quarters as (

    select
        kpi,
        month_start_on,
        reason,
        segment_kind,
        segment,
        sum(part) as contribution
    from quarter_parts
    group by kpi, month_start_on, reason, segment_kind, segment

),

expected_shares as (

    -- segments of this month and of the 12 before it
    select
        deviations.kpi,
        deviations.month_start_on,
        deviations.reason,
        deviations.reference_value,
        segments.segment_kind,
        segments.segment,
        sum(
            case when segments.month_start_on = deviations.month_start_on then segments.numerator else 0 end
        ) as numerator,
        sum(
            case when segments.month_start_on < deviations.month_start_on then segments.numerator else 0 end
        ) as earlier_numerator
    from deviations
    inner join segments
        on
            deviations.kpi = segments.kpi
            and {{ months_before('deviations.month_start_on', 12) }} <= segments.month_start_on
            and deviations.month_start_on >= segments.month_start_on
    where deviations.reason = 'anomaly'
    group by
        deviations.kpi, deviations.month_start_on, deviations.reason, deviations.reference_value,
        segments.segment_kind, segments.segment

),

moved as (

    select
        deviations.kpi,
        deviations.month_start_on,
        deviations.reason,
        segments.segment_kind,
        segments.segment,
        {%- set part = 'catalog.scale * segments.numerator / nullif(totals.base, 0)' %}
        coalesce(max(case when segments.month_start_on = deviations.month_start_on then {{ part }} end), 0)
        - coalesce(max(case when segments.month_start_on < deviations.month_start_on then {{ part }} end), 0)
            as contribution
    from deviations
    inner join catalog
        on deviations.kpi = catalog.kpi
    inner join segments
        on
            deviations.kpi = segments.kpi
            and segments.month_start_on in (
                deviations.month_start_on, {{ months_before('deviations.month_start_on', 1) }}
            )
    inner join totals
        on
            segments.kpi = totals.kpi
            and segments.month_start_on = totals.month_start_on
    where deviations.reason = 'competitor'
    group by
        deviations.kpi, deviations.month_start_on, deviations.reason, segments.segment_kind, segments.segment

),

contributed as (

    select * from compared_quarters

    union all

    select
        kpi,
        month_start_on,
        reason,
        segment_kind,
        segment,
        numerator - reference_value * earlier_numerator
        / nullif(sum(earlier_numerator) over (partition by kpi, month_start_on, segment_kind), 0) as contribution
    from expected_shares

    union all

    select * from moved

    union all

    select
        deviations.kpi,
        deviations.month_start_on,
        deviations.reason,
        segments.segment_kind,
        segments.segment,
        (catalog.scale * segments.numerator - deviations.reference_value * segments.base) / nullif(totals.base, 0)
            as contribution
    from deviations
    inner join catalog
        on deviations.kpi = catalog.kpi
    inner join segments
        on
            deviations.kpi = segments.kpi
            and deviations.month_start_on = segments.month_start_on
    inner join totals
        on
            deviations.kpi = totals.kpi
            and deviations.month_start_on = totals.month_start_on
    where
        deviations.reason = 'target'
        and catalog.statistic = 'ratio'

),

final as (

    select
        contributed.kpi,
        contributed.month_start_on,
        contributed.reason,
        contributed.segment_kind,
        contributed.segment,
        contributed.contribution,
        {{ signed_share('contributed.contribution', 'deviations.change') }} as share_of_change,
        -- the first is the one that pulls hardest in the direction of the change
        row_number() over (
            partition by contributed.kpi, contributed.month_start_on, contributed.reason, contributed.segment_kind
            order by contributed.contribution * sign(deviations.change) desc nulls last, contributed.segment asc
        ) as contribution_rank
    from contributed
    inner join deviations
        on
            contributed.kpi = deviations.kpi
            and contributed.month_start_on = deviations.month_start_on
            and contributed.reason = deviations.reason

)

select * from final
