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

tiers as (

    select
        as_of_on,
        from_tier,
        step_net_amount,
        step_margin_amount,
        row_number() over (partition by as_of_on order by from_tier asc) as position
    from (
        select distinct
            as_of_on,
            from_tier,
            step_net_amount,
            step_margin_amount
        from transitions
    ) as steps

),

chances as (

    select
        tiers.as_of_on,
        tiers.position,
        {{ ordered_list('transitions.probability', 'others.position') }} as probabilities
    from tiers
    inner join tiers as others
        on tiers.as_of_on = others.as_of_on
    left join transitions
        on
            tiers.as_of_on = transitions.as_of_on
            and tiers.from_tier = transitions.from_tier
            and others.from_tier = transitions.to_tier
    group by tiers.as_of_on, tiers.position

),

matrices as (

    select
        as_of_on,
        {{ ordered_list('probabilities', 'position') }} as matrix
    from chances
    group by as_of_on

),

-- One row per date and step, the tiers as lists by position: Spark takes no aggregate of a recursion.
ahead as (

    select
        as_of_on,
        1 as step,
        {{ ordered_list(exact_number('step_net_amount'), 'position') }} as net_amounts,
        {{ ordered_list(exact_number('step_margin_amount'), 'position') }} as margin_amounts
    from tiers
    group by as_of_on

    union all

    select
        ahead.as_of_on,
        ahead.step + 1 as step,
        {{ matrix_times('matrices.matrix', 'ahead.net_amounts') }} as net_amounts,
        {{ matrix_times('matrices.matrix', 'ahead.margin_amounts') }} as margin_amounts
    from ahead
    inner join matrices
        on ahead.as_of_on = matrices.as_of_on
    cross join policy
    where ahead.step < policy.step_count

),

told as (

    select
        ahead.as_of_on,
        tiers.from_tier as value_tier,
        ahead.step,
        {{ list_at('ahead.net_amounts', 'tiers.position') }} as net_amount,
        {{ list_at('ahead.margin_amounts', 'tiers.position') }} as margin_amount
    from ahead
    inner join tiers
        on ahead.as_of_on = tiers.as_of_on

),

-- Without an amount is a tier that leads only to tiers that nobody left.
final as (

    select
        told.as_of_on,
        told.value_tier,
        told.step,
        told.net_amount,
        told.margin_amount,
        told.margin_amount / power(policy.step_interest, told.step) as discounted_margin_amount
    from told
    cross join policy
    where told.net_amount is not null

)

select * from final
