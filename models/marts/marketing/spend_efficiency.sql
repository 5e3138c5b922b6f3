-- grain: one quarter, channel and purpose; `all` is their sum

-- Sales are known only where campaigns write to customers: a channel without them is not measured, which is no return
-- of zero. `measured_cost` is the cost of cells with campaigns in the quarter, and the ratio is taken of it.

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

rated as (

    select
        summed.*,
        summed.revenue / nullif(summed.measured_cost, 0) as return_ratio,
        {{ months_before('summed.quarter_start_on', -3) }} <= {{ add_days('as_of.as_of_on', 1) }} as is_complete,
        coalesce(summed.revenue / nullif(summed.measured_cost, 0) < policy.reallocate_below, false) as is_low,
        policy.reallocate_quarters,
        policy.reallocate_below,
        policy.target_return_ratio
    from summed
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
        cast((rated.margin_amount - rated.measured_cost) / nullif(rated.measured_cost, 0) as double) as roi,
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
    left join labels as purposes
        on
            purposes.list_code = 'spend_purpose'
            and rated.purpose = purposes.code

)

select * from final
