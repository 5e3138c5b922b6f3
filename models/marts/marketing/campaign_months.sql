-- grain: one campaign and one month in which it cost, reached or sold something

-- What a campaign with a hold-out added stands in the months in which its customers were first written to.

with

months as (

    select
        *,
        -- what a measured campaign added is set against what it cost
        sum(cost) over (partition by campaign_id) is not null as has_cost,
        coalesce(
            reached_count / cast(nullif(sum(reached_count) over (partition by campaign_id), 0) as double),
            case
                when
                    row_number() over (partition by campaign_id order by month_start_on asc nulls last) = 1
                    then 1.0
                else 0.0
            end
        ) as reached_share
    from {{ ref('int_marketing__campaign_months') }}

),

campaigns as (

    select * from {{ ref('int_marketing__campaigns') }}

),

increments as (

    select
        campaign_id,
        margin_effect
    from {{ ref('int_marketing__increments') }}
    where
        segment_kind = 'all'
        and is_measured

),

final as (

    select
        cast(months.campaign_id as string) as campaign_id,
        cast(months.month_start_on as date) as month_start_on,
        cast(campaigns.channel as string) as channel,
        cast(campaigns.target_group as string) as target_group,
        cast(campaigns.content_type as string) as content_type,
        cast(campaigns.is_joint as boolean) as is_joint,
        cast(campaigns.is_acquisition as boolean) as is_acquisition,
        cast(months.touch_count as bigint) as touch_count,
        cast(months.reached_count as bigint) as reached_count,
        -- unknown where no system tells of it
        cast(case when delivered.has_opens then months.opened_count end as bigint) as opened_count,
        cast(case when delivered.has_clicks then months.clicked_count end as bigint) as clicked_count,
        cast(months.converted_count as bigint) as converted_count,
        cast(months.order_count as bigint) as order_count,
        cast(months.cost as decimal(18, 2)) as cost,
        cast(months.cost_basis as string) as cost_basis,
        cast(months.revenue as decimal(18, 2)) as revenue,
        cast(months.margin_amount as decimal(18, 2)) as margin_amount,
        cast(
            case when increments.campaign_id is not null and months.has_cost then coalesce(months.cost, 0) end
            as decimal(18, 2)
        ) as measured_cost,
        -- no zero below zero
        cast(case when months.has_cost then increments.margin_effect * months.reached_share + 0.0 end as double)
            as incremental_margin
    from months
    inner join campaigns
        on months.campaign_id = campaigns.campaign_id
    left join increments
        on months.campaign_id = increments.campaign_id
    cross join {{ ref('int_features__delivered_columns') }} as delivered

)

select * from final
