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

rules as (

    select
        rules.segment_kind,
        rules.segment,
        strategies.strategy,
        strategies.priority
    from {{ ref('strategy_segments') }} as rules
    inner join {{ ref('strategies') }} as strategies
        on rules.strategy = strategies.strategy

),

-- each kind meets its own rules: one that no rule is about costs nothing
matched as (

    select
        classes.as_of_on,
        {{ hashed_number('classes.customer_id') }} as customer_number,
        rules.strategy,
        rules.priority
    from classes
    inner join dates
        on classes.as_of_on = dates.as_of_on
    inner join rules
        on
            rules.segment_kind = 'action_group'
            and classes.action_group = rules.segment

    union all

    select
        alert_dates.as_of_on,
        {{ hashed_number('alerts.customer_id') }} as customer_number,
        rules.strategy,
        rules.priority
    from alert_dates
    inner join alerts
        on alert_dates.alerted_on = alerts.as_of_on
    inner join rules
        on
            rules.segment_kind = 'alert_level'
            and cast(alerts.alert_level as string) = rules.segment

    {% for kind in ['value_tier', 'lifecycle_stage'] -%}
    union all

    select
        states.as_of_on,
        {{ hashed_number('states.customer_id') }} as customer_number,
        rules.strategy,
        rules.priority
    from states
    inner join rules
        on
            rules.segment_kind = '{{ kind }}'
            and states.{{ kind }} = rules.segment
    {% endfor %}
),

final as (

    -- the first by priority is theirs
    select
        as_of_on,
        customer_number,
        min_by(strategy, priority) as strategy
    from matched
    group by as_of_on, customer_number

)

select * from final
