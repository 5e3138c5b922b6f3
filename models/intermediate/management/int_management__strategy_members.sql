-- grain: one date that states are known of and one customer, with the strategy that was meant for them then

-- As int_marketing__strategy_matches, in the past: an alert level holds until the next date alerts are known of. Rising
-- spend has no history and is left out; customers who match by it alone have no strategy here.

with

states as (

    select
        customer_id,
        as_of_on,
        value_tier,
        lifecycle_stage
    from {{ ref('int_value__customer_states') }}
    where is_latest or is_reported

),

dates as (

    select distinct as_of_on from states

),

classes as (

    select
        customer_id,
        as_of_on,
        action_group
    from {{ ref('int_value__rfm_classes') }}
    where action_group is not null

),

alerts as (

    select * from {{ ref('int_churn__alerts') }}

),

alerted_dates as (

    select distinct as_of_on from alerts

),

alert_dates as (

    select
        dates.as_of_on,
        max(alerted_dates.as_of_on) as alerted_on
    from dates
    inner join alerted_dates
        on dates.as_of_on >= alerted_dates.as_of_on
    group by dates.as_of_on

),

segments as (

    select
        classes.as_of_on,
        classes.customer_id,
        'action_group' as segment_kind,
        classes.action_group as segment
    from classes
    inner join dates
        on classes.as_of_on = dates.as_of_on

    union all

    select
        alert_dates.as_of_on,
        alerts.customer_id,
        'alert_level' as segment_kind,
        cast(alerts.alert_level as varchar) as segment
    from alert_dates
    inner join alerts
        on alert_dates.alerted_on = alerts.as_of_on
    where alerts.alert_level is not null

    {% for kind in ['value_tier', 'lifecycle_stage'] -%}
    union all

    select
        as_of_on,
        customer_id,
        '{{ kind }}' as segment_kind,
        {{ kind }} as segment
    from states
    where {{ kind }} is not null
    {% endfor %}
),

final as (

    select
        segments.as_of_on,
        segments.customer_id,
        strategies.strategy
    from segments
    inner join {{ ref('strategy_segments') }} as rules
        on
            segments.segment_kind = rules.segment_kind
            and segments.segment = rules.segment
    inner join {{ ref('strategies') }} as strategies
        on rules.strategy = strategies.strategy
    -- the first by priority is theirs
    qualify row_number() over (
        partition by segments.as_of_on, segments.customer_id order by strategies.priority asc nulls last
    ) = 1

)

select * from final
