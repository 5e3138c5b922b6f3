-- grain: one tier and the tier a step of months later (policy), as of the latest date or an origin of the back-test

-- Pooled over the pairs of ends of months whose second lies in the 12 months up to the date. The amounts are what the
-- customers of the first tier brought on average within the step. A tier is measured on a minimum of its customers
-- (policy), where as many of all came back within a step: where hardly anybody has, nobody knows the value.

with

states as (

    select
        customer_id,
        as_of_on,
        value_tier
    from {{ ref('int_value__customer_states') }}
    where
        is_month_end
        and has_purchased

),

features as (

    select
        features.customer_id,
        features.as_of_on,
        case policy.transition_months
            when 3 then features.net_amount_3m
            when 6 then features.net_amount_6m
            else features.net_amount_12m
        end as net_amount,
        case policy.transition_months
            when 3 then features.margin_amount_3m
            when 6 then features.margin_amount_6m
            else features.margin_amount_12m
        end as margin_amount
    from {{ ref('int_value__base_features') }} as features
    cross join {{ ref('clv_policy') }} as policy
    where features.is_month_end

),

spans as (

    select
        dates.as_of_on,
        month_ends.as_of_on as later_on,
        {{ add_days(months_before(add_days('month_ends.as_of_on', 1), 'policy.transition_months'), -1) }} as earlier_on
    from {{ ref('int_value__model_dates') }} as dates
    inner join {{ ref('int_value__as_of_dates') }} as month_ends
        on
            month_ends.is_month_end
            and dates.month_end_on >= month_ends.as_of_on
            and {{ months_before('dates.month_end_on', 12) }} < month_ends.as_of_on
    cross join {{ ref('clv_policy') }} as policy

),

followed as (

    select
        spans.as_of_on,
        earlier.customer_id,
        earlier.value_tier as from_tier,
        later.value_tier as to_tier,
        features.net_amount,
        features.margin_amount
    from spans
    inner join states as earlier
        on spans.earlier_on = earlier.as_of_on
    inner join states as later
        on
            earlier.customer_id = later.customer_id
            and spans.later_on = later.as_of_on
    inner join features
        on
            later.customer_id = features.customer_id
            and later.as_of_on = features.as_of_on

),

moves as (

    select
        as_of_on,
        from_tier,
        to_tier,
        count(*) as move_count,
        sum(net_amount) as net_amount,
        sum(margin_amount) as margin_amount
    from followed
    group by as_of_on, from_tier, to_tier

),

tiers as (

    select
        as_of_on,
        from_tier,
        count(distinct customer_id) as customer_count
    from followed
    group by as_of_on, from_tier

),

companies as (

    select
        as_of_on,
        count(distinct case when net_amount > 0 then customer_id end) as returning_count
    from followed
    group by as_of_on

),

final as (

    select
        moves.as_of_on,
        moves.from_tier,
        moves.to_tier,
        moves.move_count,
        moves.move_count
        / cast(sum(moves.move_count) over (partition by moves.as_of_on, moves.from_tier) as double) as probability,
        cast(sum(moves.net_amount) over (partition by moves.as_of_on, moves.from_tier) as double)
        / sum(moves.move_count) over (partition by moves.as_of_on, moves.from_tier) as step_net_amount,
        cast(sum(moves.margin_amount) over (partition by moves.as_of_on, moves.from_tier) as double)
        / sum(moves.move_count) over (partition by moves.as_of_on, moves.from_tier) as step_margin_amount,
        tiers.customer_count,
        companies.returning_count,
        tiers.customer_count >= policy.minimum_group_customers
        and companies.returning_count >= policy.minimum_group_customers as is_measured
    from moves
    cross join {{ ref('clv_policy') }} as policy
    inner join tiers
        on
            moves.as_of_on = tiers.as_of_on
            and moves.from_tier = tiers.from_tier
    inner join companies
        on moves.as_of_on = companies.as_of_on

)

select * from final
