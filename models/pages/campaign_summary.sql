-- grain: one member of one dimension (channel, content type, target group, scene, joint or not)

-- `uplift` is what campaigns added to the share who bought, over all that held customers out: the Mantel-Haenszel
-- risk difference over campaigns, its interval by Sato's variance (Biometrics 45, 1989, 1323-1324), which holds where
-- each campaign alone is too small. Joint campaigns are compared with the others of the same target group and
-- content: their rates, weighted to the customers that the joint ones reached. The interval of the ratio is that of
-- its logarithm.

with

-- treated against held out, one stratum per campaign
strata as (

    select
        campaign_id,
        cast(customer_count as double) as treated_count,
        cast(converted_count as double) as treated_converted,
        cast(compared_customer_count as double) as control_count,
        cast(compared_converted_count as double) as control_converted,
        cast(customer_count + compared_customer_count as double) as stratum_count
    from {{ ref('campaign_experiments') }}
    where
        compared_with = 'control'
        -- unknown where no plan is stated
        and coalesce(is_split_as_planned, true)
    qualify row_number() over (
        partition by campaign_id order by case when arm = 'treated' then 0 else 1 end asc, arm asc
    ) = 1

),

weighted as (

    select
        *,
        treated_count * control_count / stratum_count as weight,
        (treated_converted * control_count - control_converted * treated_count) / stratum_count as weighted_uplift,
        (
            power(treated_count, 2) * control_converted - power(control_count, 2) * treated_converted
            + treated_count * control_count * (control_count - treated_count) / 2
        ) / power(stratum_count, 2) as variance_by_uplift,
        (
            treated_converted * (control_count - control_converted)
            + control_converted * (treated_count - treated_converted)
        ) / (2 * stratum_count) as variance_alone
    from strata

),

campaigns as (

    select
        results.*,
        weighted.treated_count,
        weighted.control_count,
        weighted.weight,
        weighted.weighted_uplift,
        weighted.variance_by_uplift,
        weighted.variance_alone
    from {{ ref('campaign_results') }} as results
    left join weighted
        on results.campaign_id = weighted.campaign_id
    where results.is_over

),

policy as (

    select interval_z from {{ ref('experiment_policy') }}

),

members as (

    {%- for dimension, member in [
        ('all', "'all'"),
        ('channel', 'channel'),
        ('content_type', 'content_type'),
        ('target_group', 'target_group'),
        ('scene', 'scene'),
        ('is_joint', "case when is_joint then 'joint' else 'alone' end"),
    ] %}
    select
        '{{ dimension }}' as dimension,
        coalesce({{ member }}, 'unknown') as member,
        count(*) as campaign_count,
        {%- for figure in ['target', 'reached', 'touch', 'opened', 'clicked', 'converted', 'order'] %}
        sum({{ figure }}_count) as {{ figure }}_count,
        {%- endfor %}
        {{ exact_sum('treated_count') }} as treated_count,
        {{ exact_sum('control_count') }} as control_count,
        {{ exact_sum('weighted_uplift') }} / nullif({{ exact_sum('weight') }}, 0) as uplift,
        sqrt(
            {{ exact_sum('weighted_uplift') }} / nullif({{ exact_sum('weight') }}, 0)
            * {{ exact_sum('variance_by_uplift') }} + {{ exact_sum('variance_alone') }}
        ) / nullif({{ exact_sum('weight') }}, 0) as uplift_error,
        sum(cost) as cost,
        sum(case when cost is not null then revenue end) as costed_revenue,
        sum(revenue) as revenue,
        sum(case when cost is not null then margin_amount end) as costed_margin,
        sum(margin_amount) as margin_amount
    from campaigns
    group by {{ member }}
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

cells as (

    select
        target_group,
        content_type,
        sum(case when is_joint then reached_count else 0 end) as joint_reached,
        sum(case when is_joint then converted_count else 0 end) as joint_converted,
        sum(case when is_joint then 0 else reached_count end) as alone_reached,
        sum(case when is_joint then 0 else converted_count end) as alone_converted
    from campaigns
    group by target_group, content_type

),

rates as (

    select
        *,
        alone_converted / cast(nullif(alone_reached, 0) as double) as alone_rate
    from cells
    where
        joint_reached > 0
        and alone_reached > 0

),

compared as (

    select
        sum(joint_reached) as compared_count,
        sum(joint_converted) / cast(nullif(sum(joint_reached), 0) as double) as joint_rate,
        sum(joint_converted) as joint_converted,
        {{ exact_sum('joint_reached * alone_rate') }} / nullif(sum(joint_reached), 0) as comparable_rate,
        {{ exact_sum('power(joint_reached, 2) * alone_rate * (1 - alone_rate) / alone_reached') }}
        / nullif(power(sum(joint_reached), 2), 0) as comparable_variance
    from rates

),

effects as (

    select
        compared.*,
        compared.joint_rate / nullif(compared.comparable_rate, 0) as ratio,
        policy.interval_z * sqrt(
            (1 - compared.joint_rate) / nullif(compared.joint_converted, 0)
            + compared.comparable_variance / nullif(power(compared.comparable_rate, 2), 0)
        ) as log_margin
    from compared
    cross join policy

),

benchmarks as (

    select * from {{ ref('int_marketing__references') }}

),

labels as (

    select
        case list_code when 'marketing_channel' then 'channel' else list_code end as dimension,
        code as member,
        label_zh,
        label_en
    from {{ ref('int_marketing__code_labels') }}
    where list_code in ('marketing_channel', 'content_type', 'scene', 'is_joint', 'all')

    union all

    select
        'target_group' as dimension,
        target_group as member,
        label_zh,
        label_en
    from {{ ref('campaign_targets') }}

),

final as (

    select
        cast(members.dimension as string) as dimension,
        cast(members.member as string) as member,
        cast(coalesce(labels.label_zh, members.member) as string) as member_zh,
        cast(coalesce(labels.label_en, members.member) as string) as member_en,
        cast(members.campaign_count as bigint) as campaign_count,
        {%- for figure in ['target', 'reached', 'touch', 'opened', 'clicked', 'converted', 'order'] %}
        cast(members.{{ figure }}_count as bigint) as {{ figure }}_count,
        {%- endfor %}
        cast(members.opened_count / cast(nullif(members.reached_count, 0) as double) as double) as open_rate,
        cast(opening.reference as double) as reference_open_rate,
        cast(members.clicked_count / cast(nullif(members.reached_count, 0) as double) as double) as click_rate,
        cast(members.converted_count / cast(nullif(members.target_count, 0) as double) as double)
            as conversion_rate_target,
        cast(members.converted_count / cast(nullif(members.reached_count, 0) as double) as double)
            as conversion_rate_reached,
        cast(members.cost as decimal(18, 2)) as cost,
        cast(members.revenue as decimal(18, 2)) as revenue,
        cast(members.margin_amount as decimal(18, 2)) as margin_amount,
        cast(members.costed_revenue / nullif(members.cost, 0) as double) as return_ratio,
        cast((members.costed_margin - members.cost) / nullif(members.cost, 0) as double) as attributed_roi,
        cast(increments.incremental_margin as double) as incremental_margin,
        {%- for side in ['', '_from', '_to'] %}
        cast(increments.incremental_roi{{ side }} as double) as incremental_roi{{ side }},
        {%- endfor %}
        cast(increments.status as string) as increment_status,
        cast(increments.status_zh as string) as increment_status_zh,
        cast(increments.status_en as string) as increment_status_en,
        cast(members.treated_count as bigint) as treated_count,
        cast(members.control_count as bigint) as control_count,
        cast(members.uplift as double) as uplift,
        cast(members.uplift - policy.interval_z * members.uplift_error as double) as uplift_from,
        cast(members.uplift + policy.interval_z * members.uplift_error as double) as uplift_to,
        cast(effects.compared_count as bigint) as compared_count,
        cast(effects.comparable_rate as double) as comparable_conversion_rate,
        cast(effects.ratio - 1 as double) as joint_effect,
        cast(effects.ratio * exp(-effects.log_margin) - 1 as double) as joint_effect_from,
        cast(effects.ratio * exp(effects.log_margin) - 1 as double) as joint_effect_to,
        cast(joint.reference as double) as reference_joint_effect
    from members
    cross join policy
    left join labels
        on
            members.dimension = labels.dimension
            -- scenes are the company's own words
            and case when members.dimension = 'scene' then lower(members.member) else members.member end
            = labels.member
    left join {{ ref('campaign_increments') }} as increments
        on
            members.dimension = increments.dimension
            and members.member = increments.member
    left join effects
        on
            members.dimension = 'is_joint'
            and members.member = 'joint'
    left join benchmarks as joint
        on
            joint.metric = 'joint_effect'
            and members.dimension = 'is_joint'
            and members.member = 'joint'
    left join benchmarks as opening
        on opening.metric = 'open_rate'

)

select * from final
