-- grain: one member of one dimension (channel, content type, target group, scene, joint or not), over campaigns that are over

-- Joint campaigns are compared with the others of the same target group and content: their rates, weighted to the
-- customers that the joint ones reached. The interval of the ratio is that of its logarithm.

with

campaigns as (

    select * from {{ ref('campaign_results') }}
    where is_over

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
        sum(joint_reached * alone_rate) / nullif(sum(joint_reached), 0) as comparable_rate,
        sum(power(joint_reached, 2) * alone_rate * (1 - alone_rate) / alone_reached)
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

    select * from {{ ref('marketing_references') }}

),

labels as (

    select
        case list_code when 'marketing_channel' then 'channel' else list_code end as dimension,
        code as member,
        label_zh,
        label_en
    from {{ ref('int_marketing__code_labels') }}
    where list_code in ('marketing_channel', 'content_type', 'is_joint', 'all')

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
        cast(members.dimension as varchar) as dimension,
        cast(members.member as varchar) as member,
        cast(coalesce(labels.label_zh, members.member) as varchar) as member_zh,
        cast(coalesce(labels.label_en, members.member) as varchar) as member_en,
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
        cast((members.costed_margin - members.cost) / nullif(members.cost, 0) as double) as roi_pct,
        cast(effects.compared_count as bigint) as compared_count,
        cast(effects.comparable_rate as double) as comparable_conversion_rate,
        cast(effects.ratio - 1 as double) as joint_effect,
        cast(effects.ratio * exp(-effects.log_margin) - 1 as double) as joint_effect_from,
        cast(effects.ratio * exp(effects.log_margin) - 1 as double) as joint_effect_to,
        cast(joint.reference as double) as reference_joint_effect
    from members
    left join labels
        on
            members.dimension = labels.dimension
            and members.member = labels.member
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
