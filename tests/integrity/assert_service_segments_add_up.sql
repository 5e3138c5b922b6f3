-- Every ticket and rating is in each dimension that everybody belongs to, once.

with

tickets as (

    select
        dimension,
        sum(ticket_count) as counted
    from {{ ref('service_performance') }}
    where dimension not in ('store', 'agent', 'complaint_type')
    group by dimension

),

complaints as (

    select
        dimension,
        sum(complaint_count) as counted
    from {{ ref('service_performance') }}
    where dimension in ('all', 'complaint_type')
    group by dimension

),

ratings as (

    select
        period_kind || ' ' || dimension as dimension,
        sum(answer_count) as counted
    from {{ ref('satisfaction_scores') }}
    where
        dimension in ('all', 'customer_group', 'value_tier', 'province')
        and period_kind <> '12_months'
    group by period_kind, dimension

),

expected as (

    select
        'tickets' as kind,
        count(*) as counted
    from {{ ref('int_service__tickets') }}

    union all

    select
        'complaints' as kind,
        count(*) as counted
    from {{ ref('int_service__tickets') }}
    where is_complaint

    union all

    select
        'ratings' as kind,
        count(*) as counted
    from {{ ref('int_service__ratings') }}

),

found as (

    select
        'tickets' as kind,
        dimension,
        counted
    from tickets

    union all

    select
        'complaints' as kind,
        dimension,
        counted
    from complaints

    union all

    select
        'ratings' as kind,
        dimension,
        counted
    from ratings

)

select
    found.kind,
    found.dimension,
    found.counted,
    expected.counted as expected_count
from found
inner join expected
    on found.kind = expected.kind
where found.counted <> expected.counted
