-- grain: one customer for whom at least one strategy is meant, as of the latest date

-- Segment → need → strategy → resource → owner. Of several the first by priority is assigned; the value tier says
-- how, and for customers without one the row of service_modes without a tier.

with

matches as (

    select * from {{ ref('int_marketing__strategy_matches') }}

),

matched as (

    select
        customer_id,
        count(*) as strategy_count,
        {{ sorted_texts('strategy', ', ', 'priority') }} as matched_strategies
    from matches
    group by customer_id

),

final as (

    select
        cast(matches.customer_id as string) as customer_id,
        cast(matches.strategy as string) as strategy,
        cast(strategies.label_zh as string) as strategy_zh,
        cast(strategies.label_en as string) as strategy_en,
        cast(matched.strategy_count as bigint) as strategy_count,
        cast(matched.matched_strategies as string) as matched_strategies,
        cast(matches.customer_group as string) as customer_group,
        cast(matches.value_tier as string) as value_tier,
        cast(modes.service_mode as string) as service_mode,
        cast(modes.label_zh as string) as service_mode_zh,
        cast(modes.label_en as string) as service_mode_en,
        {%- for column in ['need', 'action', 'resource'] %}
        cast(strategies.{{ column }}_zh as string) as {{ column }}_zh,
        cast(strategies.{{ column }}_en as string) as {{ column }}_en,
        {%- endfor %}
        cast(strategies.owner as string) as owner,
        cast(matches.as_of_on as date) as as_of_on
    from matches
    inner join matched
        on matches.customer_id = matched.customer_id
    inner join {{ ref('strategies') }} as strategies
        on matches.strategy = strategies.strategy
    left join {{ ref('service_modes') }} as modes
        on coalesce(matches.value_tier, 'none') = coalesce(modes.value_tier, 'none')
    where matches.is_assigned

)

select * from final
