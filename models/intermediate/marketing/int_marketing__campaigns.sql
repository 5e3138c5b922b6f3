-- grain: one campaign that had begun by the as-of date, with its window of attribution

with

campaigns as (

    select * from {{ ref('input__campaigns') }}

),

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

policy as (

    select attribution_days from {{ ref('attribution_policy') }}

),

targets as (

    select * from {{ ref('campaign_targets') }}

),

final as (

    select
        {{ campaign_key('campaigns.source_system', 'campaigns.campaign_code') }} as campaign_id,
        campaigns.source_system,
        campaigns.campaign_code,
        campaigns.campaign_name,
        campaigns.target_group,
        campaigns.scene,
        campaigns.content_type,
        campaigns.channel,
        campaigns.owner,
        campaigns.budget,
        coalesce(campaigns.is_joint, false) as is_joint,
        coalesce(campaigns.is_acquisition, false) as is_acquisition,
        coalesce(targets.counts_organisation_orders, false) as counts_organisation_orders,
        coalesce(targets.is_tag_targeted, false) as is_tag_targeted,
        campaigns.started_on,
        campaigns.ended_on,
        -- without an end it runs on
        {{ add_days('coalesce(campaigns.ended_on, as_of.as_of_on)', 'policy.attribution_days') }}
            as attributed_until_on,
        coalesce({{ add_days('campaigns.ended_on', 'policy.attribution_days') }} <= as_of.as_of_on, false) as is_over,
        as_of.as_of_on
    from campaigns
    inner join as_of
        on campaigns.started_on <= as_of.as_of_on
    cross join policy
    left join targets
        on campaigns.target_group = targets.target_group

)

select * from final
