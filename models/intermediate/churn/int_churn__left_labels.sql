-- grain: one customer who had not lapsed, at one date of the longest horizon that is over: had the customer left?

-- The label that a company has: who has bought since had not left; who has been silent ever since had left by the date
-- with P(left by then | silent until today), by the grid that is fitted to today's data. It judges the scores that the
-- date's own grid gave, and the cut-offs of alert levels. Null where leaving is not told today.

{%- set gone = gone_within('#', 's') %}
{%- set since = '(' ~ gone_within('#', 's_since') ~ ' + ' ~ stays_for('#', 's_since') ~ ')' %}

with

as_of as (

    select as_of_on as latest_on from {{ ref('int_calendar__as_of') }}

),

latest_grid as (

    {{ wide_rate_grid() }}

),

dates as (

    select
        origins.as_of_on,
        as_of.latest_on,
        {{ months_before('origins.as_of_on', 'policy.lapsed_months') }} as lapsed_before_on
    from {{ ref('int_churn__origins') }} as origins
    cross join as_of
    cross join {{ ref('churn_policy') }} as policy
    where
        origins.horizon_days = (select max(horizons.horizon_days) from {{ ref('churn_horizons') }} as horizons)
        and origins.is_scored
        and origins.is_labelled
        and origins.history_days >= policy.minimum_leaving_days

),

returned as (

    select distinct
        days.customer_id,
        dates.as_of_on
    from {{ ref('int_value__day_versions') }} as days
    inner join dates
        on
            days.ordered_on > dates.as_of_on
            and days.ordered_on <= dates.latest_on
            and days.valid_from_on <= dates.latest_on
            and days.valid_to_on > dates.latest_on
    where days.order_count > 0

),

silent as (

    select
        customer_id,
        as_of_on,
        is_lost
    from {{ ref('int_churn__examples') }}
    where horizon_days = (select max(horizons.horizon_days) from {{ ref('churn_horizons') }} as horizons)

),

histories as (

    select
        {%- for node in rate_nodes() %}
        latest_grid.rate_{{ node }},
        latest_grid.share_{{ node }},
        {%- endfor %}
        features.customer_id,
        features.as_of_on,
        features.recency_days,
        features.purchase_days - 1 as x,
        {{ grid_months(days_from('features.first_purchase_on', 'features.last_purchase_on')) }} as t,
        {{ grid_months('features.recency_days') }} as s,
        {{ grid_months(days_from('features.last_purchase_on', 'dates.latest_on')) }} as s_since,
        latest_grid.status,
        latest_grid.hazard
    from {{ ref('int_churn__features') }} as features
    inner join dates
        on features.as_of_on = dates.as_of_on
    inner join latest_grid
        on dates.latest_on = latest_grid.as_of_on
    where features.last_purchase_on >= dates.lapsed_before_on

),

weighted as (

    {{ weighted_nodes('histories') }}

),

labelled as (

    select
        customer_id,
        as_of_on,
        recency_days,
        status,
        {{ over_nodes('weight_# * ' ~ gone) }} / {{ over_nodes('weight_# * ' ~ since) }} as left_if_silent
    from weighted

),

final as (

    select
        labelled.customer_id,
        labelled.as_of_on,
        labelled.recency_days,
        leaving.leaving_status,
        leaving.p_left,
        leaving.lateness,
        silent.is_lost,
        returned.customer_id is not null as has_returned,
        case
            when labelled.status <> 'fitted' then null
            when returned.customer_id is not null then 0.0
            else labelled.left_if_silent
        end as left_share
    from labelled
    inner join {{ ref('int_churn__leaving') }} as leaving
        on
            labelled.customer_id = leaving.customer_id
            and labelled.as_of_on = leaving.as_of_on
    inner join silent
        on
            labelled.customer_id = silent.customer_id
            and labelled.as_of_on = silent.as_of_on
    left join returned
        on
            labelled.customer_id = returned.customer_id
            and labelled.as_of_on = returned.as_of_on

)

select * from final
