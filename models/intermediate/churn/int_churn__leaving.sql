-- grain: one customer who has ever purchased, as of one date that is scored or learnt from: has the customer left?

-- One model, three questions: P(left) for good; P(no purchase ahead), gone or not; and lateness, the chance that a
-- customer with this history who has not left would have bought again by now. Formulas: macros/value/leaving.sql.
-- P(left) is null with a status where it cannot be told: a date without a fit or with too short a history, no gain over
-- pauses, one purchase day only, where nothing says more than recency, or all purchases in one season.

{%- set horizons = [30, 90, 180, 365] %}

with

grids as (

    {{ wide_rate_grid() }}

),

ahead as (

    select
        {%- for node in rate_nodes() %}
        {%- for days in horizons %}
        {{ gone_within(node, grid_months(days)) }} + {{ stays_for(node, grid_months(days)) }}
            as silent_{{ days }}d_{{ node }},
        {%- endfor %}
        {%- endfor %}
        *
    from grids

),

histories as (

    select
        features.customer_id,
        features.purchase_days - 1 as x,
        features.purchase_days > 2
        and features.season_concentration >= policy.seasonal_concentration_from
        and {{ days_from('features.first_purchase_on', 'features.last_purchase_on') }} >= policy.seasonal_span_days
            as is_seasonal,
        {{ grid_months(days_from('features.first_purchase_on', 'features.last_purchase_on')) }} as t,
        {{ grid_months('features.recency_days') }} as s,
        ahead.*
    from {{ ref('int_churn__features') }} as features
    inner join ahead
        on features.as_of_on = ahead.as_of_on
    cross join {{ ref('churn_policy') }} as policy

),

weighted as (

    {{ weighted_nodes('histories') }}

),

summed as (

    select
        customer_id,
        as_of_on,
        x,
        is_seasonal,
        status,
        {{ over_nodes('weight_#') }} as bought,
        {{ over_nodes('weight_# * exp(-rate_# * s)') }} as paused,
        {%- set gone = gone_within('#', 's') %}
        {{ over_nodes('weight_# * ' ~ gone) }} as gone,
        {%- for days in horizons %}
        {%- set silent = 'weight_# * ' ~ stays_for('#', 's') ~ ' * silent_' ~ days ~ 'd_#' %}
        {{ over_nodes(silent) }} as silent_{{ days }}d,
        {%- endfor %}
        {{ over_nodes('weight_# * ' ~ stays_for('#', 's')) }} as stayed
    from weighted

),

judged as (

    select
        *,
        case
            when status <> 'fitted' then status
            when x = 0 then 'one_time_buyer'
            when is_seasonal then 'seasonal'
            else 'measured'
        end as leaving_status
    from summed

),

final as (

    select
        {%- for days in horizons %}
        (gone + silent_{{ days }}d) / (gone + stayed) as p_silent_{{ days }}d,
        {%- endfor %}
        customer_id,
        as_of_on,
        leaving_status,
        case when leaving_status = 'measured' then gone / (gone + stayed) end as p_left,
        1 - paused / bought as lateness
    from judged

)

select * from final
