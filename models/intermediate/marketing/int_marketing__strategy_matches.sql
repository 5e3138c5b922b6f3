-- grain: one customer and one strategy that is for them, as of the latest date

-- The first by priority is theirs.

with

states as (

    select * from {{ ref('int_value__customer_states') }}
    where is_latest

),

segments as (

    select
        customer_id,
        'action_group' as segment_kind,
        action_group as segment
    from {{ ref('int_value__rfm_classes') }}
    where
        is_latest
        and action_group is not null

    union all

    select
        customer_id,
        'alert_level' as segment_kind,
        cast(alert_level as string) as segment
    from {{ ref('int_churn__alerts') }}
    where
        is_latest
        and alert_level is not null

    union all

    select
        rising.customer_id,
        'rising_spend' as segment_kind,
        'yes' as segment
    from {{ ref('int_value__rising_spend') }} as rising
    cross join {{ ref('value_policy') }} as policy
    where rising.rising_months >= policy.rising_months

    union all

    select
        upgrades.customer_id,
        'likely_upgrade' as segment_kind,
        'yes' as segment
    from {{ ref('int_value__upgrade_probabilities') }} as upgrades
    cross join {{ ref('value_policy') }} as policy
    where
        upgrades.is_latest
        and upgrades.upgrade_basis = 'model'
        and upgrades.upgrade_probability >= policy.upgrade_share

    union all

    {% for kind in ['value_tier', 'lifecycle_stage'] -%}
    select
        customer_id,
        '{{ kind }}' as segment_kind,
        {{ kind }} as segment
    from states
    where {{ kind }} is not null
    {% if not loop.last %}
    union all

    {% endif %}
    {%- endfor %}

),

matches as (

    -- why: each segment that led to it
    select
        segments.customer_id,
        strategies.strategy,
        strategies.priority,
        {{ sorted_texts('rules.label_zh', '、', 'rules.label_en') }} as reason_zh,
        {{ sorted_texts('rules.label_en', ', ', 'rules.label_en') }} as reason_en
    from segments
    inner join {{ ref('strategy_segments') }} as rules
        on
            segments.segment_kind = rules.segment_kind
            and segments.segment = rules.segment
    inner join {{ ref('strategies') }} as strategies
        on rules.strategy = strategies.strategy
    group by segments.customer_id, strategies.strategy, strategies.priority

),

final as (

    select
        matches.customer_id,
        matches.strategy,
        matches.priority,
        matches.reason_zh,
        matches.reason_en,
        states.value_tier,
        states.customer_group,
        states.as_of_on,
        row_number() over (partition by matches.customer_id order by matches.priority asc nulls last) = 1 as is_assigned
    from matches
    inner join states
        on matches.customer_id = states.customer_id

)

select * from final
