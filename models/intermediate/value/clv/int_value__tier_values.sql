-- grain: one tier and step of months ahead: what a customer of the tier is expected to bring in that step

-- Step 1 is what the tier brought within one step; step k what the tiers bring that the transition matrix leads to
-- after k - 1 steps: upgrades, downgrades and leaving are in it (SPEC 6.2). Margin is discounted by whole steps.

with recursive

transitions as (

    select * from {{ ref('int_value__tier_transitions') }}

),

policy as (

    select
        transition_months,
        lifetime_years * 12 / transition_months as step_count,
        power(1 + annual_discount_rate, transition_months / 12.0) as step_interest
    from {{ ref('clv_policy') }}

),

tier_steps as (

    select distinct
        as_of_on,
        from_tier,
        step_net_amount,
        step_margin_amount
    from transitions

),

ahead as (

    select
        as_of_on,
        from_tier,
        1 as step,
        step_net_amount,
        step_margin_amount
    from tier_steps

    union all

    select
        transitions.as_of_on,
        transitions.from_tier,
        ahead.step + 1 as step,
        transitions.probability * ahead.step_net_amount as step_net_amount,
        transitions.probability * ahead.step_margin_amount as step_margin_amount
    from (
        select
            as_of_on,
            from_tier,
            step,
            {{ exact_sum('step_net_amount') }} as step_net_amount,
            {{ exact_sum('step_margin_amount') }} as step_margin_amount
        from ahead
        group by as_of_on, from_tier, step
    ) as ahead
    inner join transitions
        on
            ahead.as_of_on = transitions.as_of_on
            and ahead.from_tier = transitions.to_tier
    cross join policy
    where ahead.step < policy.step_count

),

final as (

    select
        ahead.as_of_on,
        ahead.from_tier as value_tier,
        ahead.step,
        {{ exact_sum('ahead.step_net_amount') }} as net_amount,
        {{ exact_sum('ahead.step_margin_amount') }} as margin_amount,
        {{ exact_sum('ahead.step_margin_amount') }} / min(power(policy.step_interest, ahead.step))
            as discounted_margin_amount
    from ahead
    cross join policy
    group by ahead.as_of_on, ahead.from_tier, ahead.step

)

select * from final
