-- grain: one target group of campaigns that are over: how many customers its next test must hold out

-- Expected is the uplift that its hold-outs have shown, where its interval lies above zero; else the smallest that
-- pays: what a customer on the list costs, in margins of a customer who buys. Held out are as few as find it with
-- interval and power of the policy: the smaller root of B / n + A / (N - n) = D, A and B the variances of a customer
-- treated and held out, D the squared uplift in standard errors, N the list. No split of a list smaller than
-- (sqrt A + sqrt B)^2 / D finds it.

with

policy as (

    select * from {{ ref('experiment_policy') }}

),

campaigns as (

    select
        *,
        coalesce(target_group, 'unknown') as planned_group
    from {{ ref('int_marketing__campaigns') }}
    where is_over

),

-- treated against held out, as planned
strata as (

    select
        campaigns.planned_group as target_group,
        cast(experiments.customer_count as double) as treated_count,
        cast(experiments.compared_customer_count as double) as control_count,
        experiments.converted_count,
        experiments.compared_converted_count,
        experiments.conversion_rate - experiments.compared_conversion_rate as uplift,
        (experiments.converted_count + experiments.compared_converted_count)
        / cast(experiments.customer_count + experiments.compared_customer_count as double) as rate
    from {{ ref('campaign_experiments') }} as experiments
    inner join campaigns
        on experiments.campaign_id = campaigns.campaign_id
    where
        experiments.compared_with = 'control'
        and coalesce(experiments.is_split_as_planned, true)
    qualify row_number() over (
        partition by experiments.campaign_id
        order by case when experiments.arm = 'treated' then 0 else 1 end asc, experiments.arm asc
    ) = 1

),

tested as (

    select
        target_group,
        count(*) as measured_campaign_count,
        {{ exact_sum('treated_count') }} as treated_count,
        {{ exact_sum('control_count') }} as control_count,
        -- so that a rate of nobody leaves a variance
        (sum(compared_converted_count) + 1) / ({{ exact_sum('control_count') }} + 2) as base_rate,
        {{ exact_sum('treated_count * uplift') }} / {{ exact_sum('treated_count') }} as uplift,
        sqrt({{ exact_sum('treated_count * (treated_count + control_count) / control_count * rate * (1 - rate)') }})
        / {{ exact_sum('treated_count') }} as uplift_error
    from strata
    group by target_group

),

bought as (

    select
        campaigns.planned_group as target_group,
        sum(units.margin_amount)
        / cast(nullif(count(case when units.order_count > 0 then 1 end), 0) as double) as margin_per_buyer
    from {{ ref('int_marketing__experiment_units') }} as units
    inner join campaigns
        on units.campaign_id = campaigns.campaign_id
    group by campaigns.planned_group

),

lists as (

    select
        campaigns.planned_group as target_group,
        count(*) as list_count
    from {{ ref('int_marketing__experiment_units') }} as units
    inner join campaigns
        on units.campaign_id = campaigns.campaign_id
    where units.arm <> 'several'
    group by campaigns.planned_group, campaigns.campaign_id, campaigns.started_on
    qualify row_number() over (
        partition by campaigns.planned_group order by campaigns.started_on desc nulls last, campaigns.campaign_id asc
    ) = 1

),

counts as (

    select
        planned_group as target_group,
        count(*) as campaign_count
    from campaigns
    group by planned_group

),

known as (

    select
        counts.target_group,
        counts.campaign_count,
        coalesce(tested.measured_campaign_count, 0) as measured_campaign_count,
        coalesce(tested.control_count, 0) as control_count,
        coalesce(lists.list_count, 0) as list_count,
        tested.control_count / (tested.control_count + tested.treated_count) as held_out_share,
        policy.interval_z,
        policy.power_z,
        policy.minimum_base,
        case when tested.control_count >= policy.minimum_base then tested.base_rate end as base_rate,
        case when tested.control_count >= policy.minimum_base then tested.uplift end as uplift,
        tested.uplift_error,
        costs.measured_cost / nullif(costs.treated_count, 0) / nullif(bought.margin_per_buyer, 0) as break_even_uplift
    from counts
    cross join policy
    left join tested
        on counts.target_group = tested.target_group
    left join bought
        on counts.target_group = bought.target_group
    left join lists
        on counts.target_group = lists.target_group
    left join {{ ref('campaign_increments') }} as costs
        on
            costs.dimension = 'target_group'
            and counts.target_group = costs.member

),

expecting as (

    select
        *,
        uplift - interval_z * uplift_error as uplift_from,
        uplift + interval_z * uplift_error as uplift_to,
        case
            when uplift - interval_z * uplift_error > 0 then 'measured'
            when base_rate is not null and break_even_uplift > 0 and break_even_uplift < 1 - base_rate
                then 'break_even'
        end as expected_basis
    from known

),

expected as (

    select
        *,
        case expected_basis when 'measured' then uplift when 'break_even' then break_even_uplift end as expected_uplift
    from expecting

),

varied as (

    select
        *,
        least(base_rate + expected_uplift, 1) as expected_rate,
        least(base_rate + expected_uplift, 1) * (1 - least(base_rate + expected_uplift, 1)) as treated_variance,
        base_rate * (1 - base_rate) as control_variance,
        power(expected_uplift / (interval_z + power_z), 2) as wanted_variance
    from expected

),

needed as (

    select
        *,
        ceil(power(sqrt(treated_variance) + sqrt(control_variance), 2) / wanted_variance) as list_needed,
        wanted_variance * list_count + control_variance - treated_variance as middle,
        ceil(
            (
                treated_variance / nullif(list_count * (1 - held_out_share), 0)
                + control_variance / nullif(list_count * held_out_share, 0)
            ) / wanted_variance
        ) as campaigns_to_pool
    from varied

),

planned as (

    select
        *,
        case
            when list_count >= list_needed
                then greatest(
                    ceil(
                        (
                            middle
                            - sqrt(
                                greatest(
                                    power(middle, 2) - 4 * wanted_variance * control_variance * list_count,
                                    0
                                )
                            )
                        ) / (2 * wanted_variance)
                    ),
                    minimum_base
                )
        end as held_out_count,
        case
            when measured_campaign_count = 0 then 'no_holdout'
            when base_rate is null then 'low_base'
            when expected_uplift is null then 'no_expectation'
            when list_count < list_needed then 'list_too_small'
            else 'planned'
        end as status
    from needed

),

labels as (

    select * from {{ ref('int_marketing__code_labels') }}

),

final as (

    select
        cast(planned.target_group as string) as target_group,
        cast(coalesce(targets.label_zh, planned.target_group) as string) as target_group_zh,
        cast(coalesce(targets.label_en, planned.target_group) as string) as target_group_en,
        cast(planned.campaign_count as bigint) as campaign_count,
        cast(planned.measured_campaign_count as bigint) as measured_campaign_count,
        cast(planned.control_count as bigint) as control_count,
        cast(planned.held_out_share as double) as held_out_share,
        cast(planned.base_rate as double) as base_rate,
        cast(planned.uplift as double) as uplift,
        cast(planned.uplift_from as double) as uplift_from,
        cast(planned.uplift_to as double) as uplift_to,
        cast(planned.break_even_uplift as double) as break_even_uplift,
        cast(planned.expected_uplift as double) as expected_uplift,
        cast(planned.expected_basis as string) as expected_basis,
        cast(planned.expected_rate as double) as expected_rate,
        cast(planned.interval_z as double) as interval_z,
        cast(planned.power_z as double) as power_z,
        cast(planned.list_count as bigint) as list_count,
        cast(planned.list_needed as bigint) as list_needed,
        cast(planned.held_out_count as bigint) as held_out_count,
        cast(planned.campaigns_to_pool as bigint) as campaigns_to_pool,
        cast(planned.status as string) as status,
        cast(statuses.label_zh as string) as status_zh,
        cast(statuses.label_en as string) as status_en,
        cast(as_of.as_of_on as date) as as_of_on
    from planned
    cross join {{ ref('int_calendar__as_of') }} as as_of
    left join {{ ref('campaign_targets') }} as targets
        on planned.target_group = targets.target_group
    left join labels as statuses
        on
            statuses.list_code = 'plan_status'
            and planned.status = statuses.code

)

select * from final
