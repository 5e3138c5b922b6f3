-- grain: one dimension and one member of it: all spend, or a campaign, target group, content, channel, season or tier

-- What campaigns added, by their randomised hold-outs, set against all spend (SPEC 9). Campaigns are pooled by their
-- treated customers: the sum of what each added, so that the variance of one decides nothing about its weight.
-- Spend that no hold-out covers stands beside: `untested_cost` of known campaigns, `uncoded_cost` of none.

{% set figures = increment_figures() -%}

with

policy as (

    select * from {{ ref('experiment_policy') }}

),

campaigns as (

    select
        campaigns.*,
        coalesce(festival_days.festival, 'none') as season
    from {{ ref('int_marketing__campaigns') }} as campaigns
    left join {{ ref('int_calendar__festival_days') }} as festival_days
        on campaigns.started_on = festival_days.date_on

),

increments as (

    select * from {{ ref('int_marketing__increments') }}

),

spend as (

    select
        spend.channel,
        spend.amount,
        campaigns.campaign_id
    from {{ ref('int_marketing__spend') }} as spend
    left join campaigns
        on spend.campaign_id = campaigns.campaign_id

),

costs as (

    select
        campaign_id,
        cast(sum(amount) as double) as cost
    from spend
    where campaign_id is not null
    group by campaign_id

),

-- one row per campaign, or campaign and tier, under each member it belongs to; then spend of no known campaign
parts as (

    {%- for dimension, member in [
        ('all', "'all'"),
        ('campaign', 'campaigns.campaign_id'),
        ('target_group', "coalesce(campaigns.target_group, 'unknown')"),
        ('content_type', "coalesce(campaigns.content_type, 'unknown')"),
        ('channel', "coalesce(campaigns.channel, 'unknown')"),
        ('season', 'campaigns.season'),
        ('value_tier', "coalesce(increments.segment, 'unassigned')"),
    ] %}
    select
        '{{ dimension }}' as dimension,
        {{ member }} as member,
        campaigns.campaign_id,
        campaigns.is_over,
        coalesce(increments.is_measured, false) as is_measured,
        coalesce(increments.is_uneven, false) as is_uneven,
        increments.treated_count,
        increments.control_count,
        {%- for figure in figures %}
        increments.{{ figure }}_effect,
        increments.{{ figure }}_error,
        {%- endfor %}
        {%- if dimension == 'value_tier' %}
        -- each customer written to costs alike
        costs.cost * case
            when increments.segment is null then 1
            else increments.treated_count / cast(nullif(
                sum(increments.treated_count) over (partition by campaigns.campaign_id), 0
            ) as double)
        end as cost,
        {%- else %}
        costs.cost,
        {%- endif %}
        0.0 as uncoded_cost
    from campaigns
    left join increments
        on
            campaigns.campaign_id = increments.campaign_id
            {%- if dimension == 'value_tier' %}
            and increments.segment_kind = 'value_tier'
            {%- else %}
            and increments.segment_kind = 'all'
            {%- endif %}
    left join costs
        on campaigns.campaign_id = costs.campaign_id

    union all
    {% endfor %}
    {%- for dimension, member in [
        ('all', "'all'"), ('campaign', "'unassigned'"), ('target_group', "'unassigned'"),
        ('content_type', "'unassigned'"), ('channel', 'channel'), ('season', "'unassigned'"),
        ('value_tier', "'unassigned'"),
    ] %}
    select
        '{{ dimension }}' as dimension,
        {{ member }} as member,
        null as campaign_id,
        false as is_over,
        false as is_measured,
        false as is_uneven,
        null as treated_count,
        null as control_count,
        {%- for figure in figures %}
        null as {{ figure }}_effect,
        null as {{ figure }}_error,
        {%- endfor %}
        null as cost,
        cast(amount as double) as uncoded_cost
    from spend
    where campaign_id is null
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

pooled as (

    select
        dimension,
        member,
        count(distinct case when is_over then campaign_id end) as campaign_count,
        count(distinct case when is_measured then campaign_id end) as measured_campaign_count,
        max(case when is_uneven then 1 else 0 end) = 1 as has_uneven,
        count(campaign_id) > 0 as has_campaigns,
        coalesce(sum(case when is_measured then treated_count end), 0) as treated_count,
        coalesce(sum(case when is_measured then control_count end), 0) as control_count,
        sum(case when is_measured then treated_count + control_count - 2 end) as degrees,
        {%- for figure in figures %}
        {{ exact_sum("case when is_measured then " ~ figure ~ "_effect end", decimals=9) }} as {{ figure }}_effect,
        {{ exact_sum("case when is_measured then " ~ figure ~ "_error end", decimals=9) }} as {{ figure }}_error,
        {%- if figure != 'order' %}
        -- of campaigns whose cost is known, to be set against it
        {{ exact_sum("case when is_measured and cost is not null then " ~ figure ~ "_effect end", decimals=9) }}
            as {{ figure }}_costed,
        {{ exact_sum("case when is_measured and cost is not null then " ~ figure ~ "_error end", decimals=9) }}
            as {{ figure }}_costed_error,
        {%- endif %}
        {%- endfor %}
        coalesce({{ exact_sum("case when is_measured then cost end", decimals=9) }}, 0) as measured_cost,
        coalesce({{ exact_sum("case when not is_measured then cost end", decimals=9) }}, 0) as untested_cost,
        coalesce({{ exact_sum("uncoded_cost", decimals=9) }}, 0) as uncoded_cost
    from parts
    group by dimension, member

),

stated as (

    select
        pooled.*,
        policy.interval_z,
        pooled.measured_cost + pooled.untested_cost + pooled.uncoded_cost as cost,
        case
            when not pooled.has_campaigns then 'no_campaign'
            when pooled.campaign_count = 0 then 'running'
            when pooled.measured_campaign_count = 0 and pooled.has_uneven then 'uneven_split'
            when pooled.measured_campaign_count = 0 then 'no_holdout'
            when least(pooled.treated_count, pooled.control_count) < policy.minimum_base then 'low_base'
            else 'measured'
        end as status
    from pooled
    cross join policy

),

-- figures that may be read
known as (

    select
        dimension,
        member,
        {%- for figure in figures %}
        {{ figure }}_effect as incremental_{{ figure }},
        {{ effect_bound(figure ~ '_effect', figure ~ '_error', 'degrees', -1) }} as incremental_{{ figure }}_from,
        {{ effect_bound(figure ~ '_effect', figure ~ '_error', 'degrees', 1) }} as incremental_{{ figure }}_to,
        {%- endfor %}
        revenue_costed / nullif(measured_cost, 0) as return_ratio,
        {{ effect_bound('revenue_costed', 'revenue_costed_error', 'degrees', -1) }} as revenue_costed_from,
        {{ effect_bound('revenue_costed', 'revenue_costed_error', 'degrees', 1) }} as revenue_costed_to,
        margin_costed,
        {{ effect_bound('margin_costed', 'margin_costed_error', 'degrees', -1) }} as margin_costed_from,
        {{ effect_bound('margin_costed', 'margin_costed_error', 'degrees', 1) }} as margin_costed_to
    from stated
    where status = 'measured'

),

judged as (

    select
        stated.*,
        {%- for figure in figures %}
        {%- for side in ['', '_from', '_to'] %}
        known.incremental_{{ figure }}{{ side }},
        {%- endfor %}
        {%- endfor %}
        known.return_ratio as incremental_return_ratio,
        known.revenue_costed_from / nullif(stated.measured_cost, 0) as incremental_return_ratio_from,
        known.revenue_costed_to / nullif(stated.measured_cost, 0) as incremental_return_ratio_to,
        known.margin_costed / nullif(stated.measured_cost, 0) - 1 as incremental_roi,
        known.margin_costed_from / nullif(stated.measured_cost, 0) - 1 as incremental_roi_from,
        known.margin_costed_to / nullif(stated.measured_cost, 0) - 1 as incremental_roi_to,
        case when stated.measured_cost > 0 then known.margin_costed / nullif(stated.cost, 0) - 1 end as all_spend_roi,
        case when stated.measured_cost > 0 then known.margin_costed_from / nullif(stated.cost, 0) - 1 end
            as all_spend_roi_from,
        case when stated.measured_cost > 0 then known.margin_costed_to / nullif(stated.cost, 0) - 1 end
            as all_spend_roi_to
    from stated
    left join known
        on
            stated.dimension = known.dimension
            and stated.member = known.member

),

read as (

    select
        *,
        case
            when incremental_roi_from > 0 then 'pays'
            when incremental_roi_to < 0 then 'does_not_pay'
            when incremental_roi is not null then 'undecided'
        end as reading
    from judged

),

labels as (

    select
        case list_code when 'marketing_channel' then 'channel' else list_code end as dimension,
        code as member,
        label_zh,
        label_en
    from {{ ref('int_marketing__code_labels') }}
    where
        list_code in ('marketing_channel', 'content_type', 'all', 'season', 'increment_member', 'increment_status')
        or list_code = 'increment_reading'
        or (list_code = 'value_tier' and code = 'none')

    union all

    select
        'target_group' as dimension,
        target_group as member,
        label_zh,
        label_en
    from {{ ref('campaign_targets') }}

    union all

    select
        'season' as dimension,
        festival as member,
        label_zh,
        label_en
    from {{ ref('festival_windows') }}

    union all

    select
        'value_tier' as dimension,
        value_tier as member,
        label_zh,
        label_en
    from {{ ref('value_tiers') }}

    union all

    select
        'campaign' as dimension,
        campaign_id as member,
        coalesce(campaign_name, campaign_code) as label_zh,
        coalesce(campaign_name, campaign_code) as label_en
    from campaigns

),

final as (

    select
        cast(read.dimension as string) as dimension,
        cast(read.member as string) as member,
        cast(coalesce(labels.label_zh, read.member) as string) as member_zh,
        cast(coalesce(labels.label_en, read.member) as string) as member_en,
        cast(read.campaign_count as bigint) as campaign_count,
        cast(read.measured_campaign_count as bigint) as measured_campaign_count,
        cast(read.treated_count as bigint) as treated_count,
        cast(read.control_count as bigint) as control_count,
        {%- for figure, name in [('order', 'orders'), ('revenue', 'revenue'), ('margin', 'margin')] %}
        {%- for side in ['', '_from', '_to'] %}
        cast(read.incremental_{{ figure }}{{ side }} as double) as incremental_{{ name }}{{ side }},
        {%- endfor %}
        {%- endfor %}
        {%- for cost in ['cost', 'measured_cost', 'untested_cost', 'uncoded_cost'] %}
        cast(read.{{ cost }} as decimal(18, 2)) as {{ cost }},
        {%- endfor %}
        {%- for figure in ['incremental_return_ratio', 'incremental_roi', 'all_spend_roi'] %}
        {%- for side in ['', '_from', '_to'] %}
        cast(read.{{ figure }}{{ side }} as double) as {{ figure }}{{ side }},
        {%- endfor %}
        {%- endfor %}
        cast(read.status as string) as status,
        cast(statuses.label_zh as string) as status_zh,
        cast(statuses.label_en as string) as status_en,
        cast(read.reading as string) as reading,
        cast(readings.label_zh as string) as reading_zh,
        cast(readings.label_en as string) as reading_en,
        cast(as_of.as_of_on as date) as as_of_on
    from read
    cross join {{ ref('int_calendar__as_of') }} as as_of
    left join labels
        on
            (read.dimension = labels.dimension or labels.dimension = 'increment_member')
            and read.member = labels.member
    left join labels as statuses
        on
            statuses.dimension = 'increment_status'
            and read.status = statuses.member
    left join labels as readings
        on
            readings.dimension = 'increment_reading'
            and read.reading = readings.member

)

select * from final
