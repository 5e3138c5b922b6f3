-- grain: one month, channel, purpose, campaign (or none) and value tier aimed at (or none)

-- Bookings, and the budgets of campaigns that have none.

with

campaigns as (

    select * from {{ ref('int_marketing__campaigns') }}

),

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

booked as (

    select
        spend.month_start_on,
        coalesce(spend.channel, 'unknown') as channel,
        coalesce(spend.purpose, 'unknown') as purpose,
        case
            when spend.campaign_code is not null
                then {{ campaign_key('spend.source_system', 'spend.campaign_code') }}
        end as campaign_id,
        spend.target_tier,
        spend.amount
    from {{ ref('input__spend') }} as spend
    inner join as_of
        on spend.month_start_on <= as_of.as_of_on

),

budgets as (

    select
        months.month_start_on,
        coalesce(campaigns.channel, 'unknown') as channel,
        case when campaigns.is_acquisition then 'acquisition' else 'retention' end as purpose,
        campaigns.campaign_id,
        cast(null as string) as target_tier,
        months.cost as amount
    from {{ ref('int_marketing__campaign_months') }} as months
    inner join campaigns
        on months.campaign_id = campaigns.campaign_id
    where months.cost_basis = 'budget'

),

parts as (

    select * from booked

    union all

    select * from budgets

),

final as (

    select
        month_start_on,
        channel,
        purpose,
        campaign_id,
        target_tier,
        sum(amount) as amount
    from parts
    group by month_start_on, channel, purpose, campaign_id, target_tier

)

select * from final
