-- grain: one campaign that is over and has a list, with the split of its arms against the planned one

with

campaigns as (

    select * from {{ ref('int_marketing__campaigns') }}

),

policy as (

    select * from {{ ref('experiment_policy') }}

),

-- chance drew customers of the list, so the split is checked on them
drawn as (

    select
        contacts.campaign_id,
        contacts.arm,
        count(*) as customer_count,
        -- the plan as the campaign's own list states it; rows that contradict each other state none
        case
            when min(contacts.planned_share) = max(contacts.planned_share) and min(contacts.planned_share) > 0
                then min(contacts.planned_share)
        end as planned_share
    from {{ ref('int_marketing__contacts') }} as contacts
    inner join campaigns
        on
            contacts.campaign_id = campaigns.campaign_id
            and campaigns.is_over
    where contacts.arm <> 'mixed'
    group by contacts.campaign_id, contacts.arm

),

shares as (

    select * from {{ ref('campaign_arm_shares') }}

),

-- the plan of each campaign, from one place for all its arms: its own list, else the seed (the campaign's row before
-- its system's)
plans as (

    select
        drawn.campaign_id,
        drawn.arm,
        drawn.customer_count,
        drawn.planned_share,
        coalesce(own.share, general.share) as declared_share,
        count(*) over (partition by drawn.campaign_id) as arm_count,
        sum(drawn.customer_count) over (partition by drawn.campaign_id) as campaign_count,
        count(drawn.planned_share) over (partition by drawn.campaign_id) as planned_count,
        count(coalesce(own.share, general.share)) over (partition by drawn.campaign_id) as declared_count
    from drawn
    inner join campaigns
        on drawn.campaign_id = campaigns.campaign_id
    left join shares as own
        on
            campaigns.source_system = own.source_system
            and campaigns.campaign_code = own.campaign_code
            and drawn.arm = own.arm
    left join shares as general
        on
            campaigns.source_system = general.source_system
            and general.campaign_code = '*'
            and drawn.arm = general.arm

),

based as (

    select
        *,
        case
            when planned_count = arm_count then 'planned'
            when declared_count = arm_count then 'declared'
            else 'estimated'
        end as split_basis,
        case
            when planned_count = arm_count then planned_share
            when declared_count = arm_count then declared_share
        end as share
    from plans

),

expected as (

    select
        *,
        share / {{ exact_sum('share', 'over (partition by campaign_id)') }} * campaign_count as expected_count
    from based

),

splits as (

    -- without a plan the arms as found stand in for it, and nothing can be said against them
    select
        campaign_id,
        max(arm_count) as arm_count,
        max(split_basis) as split_basis,
        case
            when max(split_basis) <> 'estimated'
                then {{ exact_sum('power(customer_count - expected_count, 2) / nullif(expected_count, 0)') }}
        end as split_chi_square
    from expected
    group by campaign_id

),

final as (

    select
        splits.*,
        quantiles.quantile as split_limit,
        -- one arm alone cannot be split wrongly
        splits.split_chi_square <= quantiles.quantile as is_split_as_planned
    from splits
    cross join policy
    left join {{ ref('chi_square_quantiles') }} as quantiles
        on
            splits.arm_count - 1 = quantiles.degrees
            and policy.split_confidence = quantiles.confidence

)

select * from final
