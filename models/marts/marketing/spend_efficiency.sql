-- grain: one quarter, channel and purpose; `all` is their sum

-- Sales are known only where campaigns write to customers: a channel without them is not measured, which is no return
-- of zero. `measured_cost` is the cost of cells with campaigns in the quarter; the attributed ratio is taken of it.
-- The incremental ratio is of campaigns with a hold-out that began in the quarter, and of their cost. Where its
-- interval lies on one side of the floor it decides what is too low; else attribution does, as `return_basis` says.

with

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

policy as (

    select * from {{ ref('spend_policy') }}

),

spend as (

    select
        cast(date_trunc('quarter', month_start_on) as date) as quarter_start_on,
        channel,
        purpose,
        sum(amount) as cost,
        sum(case when campaign_id is not null then amount else 0 end) as campaign_cost,
        0 as revenue,
        0 as margin_amount,
        0 as touch_count
    from {{ ref('int_marketing__spend') }}
    group by date_trunc('quarter', month_start_on), channel, purpose

),

sales as (

    select
        cast(date_trunc('quarter', months.month_start_on) as date) as quarter_start_on,
        coalesce(campaigns.channel, 'unknown') as channel,
        case when campaigns.is_acquisition then 'acquisition' else 'retention' end as purpose,
        0 as cost,
        0 as campaign_cost,
        sum(months.revenue) as revenue,
        sum(months.margin_amount) as margin_amount,
        sum(months.touch_count) as touch_count
    from {{ ref('int_marketing__campaign_months') }} as months
    inner join {{ ref('int_marketing__campaigns') }} as campaigns
        on months.campaign_id = campaigns.campaign_id
    group by
        date_trunc('quarter', months.month_start_on), coalesce(campaigns.channel, 'unknown'), campaigns.is_acquisition

),

costs as (

    select
        campaign_id,
        sum(amount) as cost
    from {{ ref('int_marketing__spend') }}
    where campaign_id is not null
    group by campaign_id

),

-- campaigns with a hold-out whose cost is known, in the quarter in which they began
tested as (

    select
        cast(date_trunc('quarter', campaigns.started_on) as date) as quarter_start_on,
        coalesce(campaigns.channel, 'unknown') as channel,
        case when campaigns.is_acquisition then 'acquisition' else 'retention' end as purpose,
        increments.*,
        costs.cost
    from {{ ref('int_marketing__increments') }} as increments
    inner join {{ ref('int_marketing__campaigns') }} as campaigns
        on increments.campaign_id = campaigns.campaign_id
    inner join costs
        on increments.campaign_id = costs.campaign_id
    where
        increments.segment_kind = 'all'
        and increments.is_measured

),

pooled as (

    {%- for channel, purpose in [('channel', 'purpose'), ('channel', "'all'"), ("'all'", "'all'")] %}
    select
        quarter_start_on,
        {{ channel }} as channel,
        {{ purpose }} as purpose,
        sum(treated_count) as treated_count,
        sum(control_count) as control_count,
        sum(treated_count + control_count - 2) as degrees,
        cast(sum(cost) as double) as cost,
        {{ exact_sum('revenue_effect', decimals=9) }} as revenue_effect,
        {{ exact_sum('revenue_error', decimals=9) }} as revenue_error,
        {{ exact_sum('margin_effect', decimals=9) }} as margin_effect,
        {{ exact_sum('margin_error', decimals=9) }} as margin_error
    from tested
    group by quarter_start_on, {{ channel }}, {{ purpose }}
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

increments as (

    select
        pooled.quarter_start_on,
        pooled.channel,
        pooled.purpose,
        pooled.cost as tested_cost,
        pooled.revenue_effect / nullif(pooled.cost, 0) as incremental_return_ratio,
        {%- for side, sign in [('from', -1), ('to', 1)] %}
        ({{ effect_bound('revenue_effect', 'revenue_error', 'degrees', sign) }}) / nullif(pooled.cost, 0)
            as incremental_return_ratio_{{ side }},
        ({{ effect_bound('margin_effect', 'margin_error', 'degrees', sign) }}) / nullif(pooled.cost, 0) - 1
            as incremental_roi_{{ side }},
        {%- endfor %}
        pooled.margin_effect / nullif(pooled.cost, 0) - 1 as incremental_roi
    from pooled
    cross join {{ ref('experiment_policy') }} as experiments
    where least(pooled.treated_count, pooled.control_count) >= experiments.minimum_base

),

facts as (

    select * from spend

    union all

    select * from sales

),

cells as (

    select
        quarter_start_on,
        channel,
        purpose,
        sum(cost) as cost,
        sum(campaign_cost) as campaign_cost,
        case when sum(touch_count) > 0 or sum(revenue) > 0 then sum(cost) else 0 end as measured_cost,
        sum(revenue) as revenue,
        sum(margin_amount) as margin_amount,
        sum(touch_count) as touch_count
    from facts
    group by quarter_start_on, channel, purpose

),

summed as (

    {%- for channel, purpose in [('channel', 'purpose'), ('channel', "'all'"), ("'all'", "'all'")] %}
    select
        quarter_start_on,
        {{ channel }} as channel,
        {{ purpose }} as purpose,
        sum(cost) as cost,
        sum(campaign_cost) as campaign_cost,
        sum(measured_cost) as measured_cost,
        sum(revenue) as revenue,
        sum(margin_amount) as margin_amount,
        sum(touch_count) as touch_count
    from cells
    group by quarter_start_on, {{ channel }}, {{ purpose }}
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

compared as (

    select
        summed.*,
        increments.tested_cost,
        {%- for side in ['', '_from', '_to'] %}
        increments.incremental_return_ratio{{ side }},
        increments.incremental_roi{{ side }},
        {%- endfor %}
        case
            when increments.incremental_return_ratio_to < policy.reallocate_below then 'incremental'
            when increments.incremental_return_ratio_from >= policy.reallocate_below then 'incremental'
            when increments.incremental_return_ratio is not null then 'undecided'
            when summed.measured_cost > 0 then 'attributed_only'
        end as return_basis
    from summed
    cross join policy
    left join increments
        on
            summed.quarter_start_on = increments.quarter_start_on
            and summed.channel = increments.channel
            and summed.purpose = increments.purpose

),

rated as (

    select
        summed.*,
        summed.revenue / nullif(summed.measured_cost, 0) as return_ratio,
        {{ months_before('summed.quarter_start_on', -3) }} <= {{ add_days('as_of.as_of_on', 1) }} as is_complete,
        coalesce(
            case
                when summed.return_basis = 'incremental' then summed.incremental_return_ratio
                else summed.revenue / nullif(summed.measured_cost, 0)
            end < policy.reallocate_below,
            false
        ) as is_low,
        policy.reallocate_quarters,
        policy.reallocate_below,
        policy.target_return_ratio
    from compared as summed
    cross join as_of
    cross join policy

),

-- complete low quarters in a row share what is left of their number less their rank
runs as (

    select
        quarter_start_on,
        channel,
        purpose,
        extract(year from quarter_start_on) * 4 + extract(quarter from quarter_start_on)
        - row_number() over (
            partition by channel, purpose order by quarter_start_on asc nulls last
        ) as run
    from rated
    where
        is_low
        and is_complete

),

lengths as (

    select
        *,
        row_number() over (
            partition by channel, purpose, run order by quarter_start_on asc nulls last
        ) as low_quarters
    from runs

),

labels as (

    select * from {{ ref('int_marketing__code_labels') }}

),

final as (

    select
        cast(rated.quarter_start_on as date) as quarter_start_on,
        cast(rated.channel as string) as channel,
        cast(rated.purpose as string) as purpose,
        cast(case rated.channel when 'all' then '合计' else coalesce(channels.label_zh, rated.channel) end as string)
            as channel_zh,
        cast(case rated.channel when 'all' then 'All' else coalesce(channels.label_en, rated.channel) end as string)
            as channel_en,
        cast(case rated.purpose when 'all' then '合计' else coalesce(purposes.label_zh, rated.purpose) end as string)
            as purpose_zh,
        cast(case rated.purpose when 'all' then 'All' else coalesce(purposes.label_en, rated.purpose) end as string)
            as purpose_en,
        cast(rated.is_complete as boolean) as is_complete,
        cast(rated.measured_cost > 0 as boolean) as is_measured,
        cast(rated.cost as decimal(18, 2)) as cost,
        cast(rated.campaign_cost as decimal(18, 2)) as campaign_cost,
        cast(rated.measured_cost as decimal(18, 2)) as measured_cost,
        cast(rated.touch_count as bigint) as touch_count,
        cast(case when rated.measured_cost > 0 then rated.revenue end as decimal(18, 2)) as revenue,
        cast(case when rated.measured_cost > 0 then rated.margin_amount end as decimal(18, 2)) as margin_amount,
        cast(rated.return_ratio as double) as return_ratio,
        cast((rated.margin_amount - rated.measured_cost) / nullif(rated.measured_cost, 0) as double) as attributed_roi,
        cast(rated.tested_cost as decimal(18, 2)) as tested_cost,
        {%- for figure in ['incremental_return_ratio', 'incremental_roi'] %}
        {%- for side in ['', '_from', '_to'] %}
        cast(rated.{{ figure }}{{ side }} as double) as {{ figure }}{{ side }},
        {%- endfor %}
        {%- endfor %}
        cast(rated.return_basis as string) as return_basis,
        cast(bases.label_zh as string) as return_basis_zh,
        cast(bases.label_en as string) as return_basis_en,
        cast(rated.reallocate_below as double) as return_ratio_floor,
        cast(rated.target_return_ratio as double) as return_ratio_target,
        cast(coalesce(lengths.low_quarters, 0) as bigint) as low_quarters,
        cast(coalesce(lengths.low_quarters >= rated.reallocate_quarters, false) as boolean) as is_to_reallocate
    from rated
    left join lengths
        on
            rated.quarter_start_on = lengths.quarter_start_on
            and rated.channel = lengths.channel
            and rated.purpose = lengths.purpose
    left join labels as channels
        on
            channels.list_code = 'marketing_channel'
            and rated.channel = channels.code
    left join labels as bases
        on
            bases.list_code = 'return_basis'
            and rated.return_basis = bases.code
    left join labels as purposes
        on
            purposes.list_code = 'spend_purpose'
            and rated.purpose = purposes.code

)

select * from final
