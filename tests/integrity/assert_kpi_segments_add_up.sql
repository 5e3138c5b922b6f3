-- The segments of a kind are the company, what they contribute is the change, and areas share all campaigns out once.

with

segments as (

    select
        kpi,
        month_start_on,
        segment_kind,
        sum(numerator) as numerator,
        sum(base) as base
    from {{ ref('kpi_monthly_segments') }}
    group by kpi, month_start_on, segment_kind

),

contributions as (

    select
        kpi,
        month_start_on,
        reason,
        segment_kind,
        sum(contribution) as contribution
    from {{ ref('int_management__contributions') }}
    group by kpi, month_start_on, reason, segment_kind

),

areas as (

    select
        area_kind,
        sum(campaign_cost) as campaign_cost,
        sum(campaign_margin) as campaign_margin
    from {{ ref('int_management__areas') }}
    group by area_kind

),

campaigns as (

    select
        sum(months.cost) as cost,
        sum(months.margin_amount) as margin_amount
    from {{ ref('campaign_months') }} as months
    cross join {{ ref('management_policy') }} as policy
    cross join {{ ref('int_calendar__as_of') }} as as_of
    where
        months.month_start_on
        > {{ months_before("cast(date_trunc('month', as_of.as_of_on) as date)", 'policy.maturity_months') }}

)

select
    segments.kpi || ' ' || segments.segment_kind as what,
    segments.month_start_on,
    segments.numerator as found,
    months.numerator as expected
from segments
inner join {{ ref('kpi_monthly') }} as months
    on
        segments.kpi = months.kpi
        and segments.month_start_on = months.month_start_on
where
    abs(segments.numerator - months.numerator) > 0.005
    or abs(coalesce(segments.base, 0) - coalesce(months.base, 0)) > 0.005

union all

select
    contributions.kpi || ' ' || contributions.reason || ' ' || contributions.segment_kind as what,
    contributions.month_start_on,
    contributions.contribution as found,
    deviations.change as expected
from contributions
inner join {{ ref('int_management__deviations') }} as deviations
    on
        contributions.kpi = deviations.kpi
        and contributions.month_start_on = deviations.month_start_on
        and contributions.reason = deviations.reason
where abs(contributions.contribution - deviations.change) > 1e-6 * greatest(abs(deviations.change), 1)

union all

select
    'campaigns ' || areas.area_kind as what,
    null as month_start_on,
    areas.campaign_cost + areas.campaign_margin as found,
    campaigns.cost + campaigns.margin_amount as expected
from areas
cross join campaigns
where
    abs(areas.campaign_cost - coalesce(campaigns.cost, 0)) > 0.05
    or abs(areas.campaign_margin - coalesce(campaigns.margin_amount, 0)) > 0.05
