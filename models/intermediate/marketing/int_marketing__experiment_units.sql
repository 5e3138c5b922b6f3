-- grain: one campaign and one customer who can buy in answer to it, with the arm and what they bought

-- Observed alike in all arms: from the first day of the campaign to the end of attribution, whether a message went
-- out or not. Where persons stand for an organisation the organisation is the unit. One that was drawn several times
-- is in no arm (`several`): its arms would carry each other's effect, and to keep those alike would favour the larger
-- arms. Campaigns that are not over are left out.

with

contacts as (

    select * from {{ ref('int_marketing__contacts') }}

),

buyers as (

    select * from {{ ref('int_marketing__buyers') }}

),

campaigns as (

    select * from {{ ref('int_marketing__campaigns') }}
    where is_over

),

orders as (

    select * from {{ ref('int_marketing__orders') }}

),

answered_for as (

    select distinct
        campaign_id,
        customer_id
    from buyers
    where buyer_id <> customer_id

),

assigned as (

    -- a person is a unit only while no organisation answers for it
    select
        buyers.*,
        contacts.arm,
        contacts.record_count
    from buyers
    inner join campaigns
        on buyers.campaign_id = campaigns.campaign_id
    inner join contacts
        on
            buyers.campaign_id = contacts.campaign_id
            and buyers.customer_id = contacts.customer_id
    left join answered_for
        on
            buyers.campaign_id = answered_for.campaign_id
            and buyers.customer_id = answered_for.customer_id
    where
        answered_for.customer_id is null
        or buyers.buyer_id <> buyers.customer_id

),

units as (

    select
        campaign_id,
        buyer_id,
        sum(record_count) as contact_count,
        case when sum(record_count) = 1 then min(arm) else 'several' end as arm
    from assigned
    group by campaign_id, buyer_id

),

bought as (

    select
        units.campaign_id,
        units.buyer_id,
        count(*) as order_count,
        sum(orders.net_amount) as net_amount,
        sum(orders.margin_amount) as margin_amount
    from units
    inner join campaigns
        on units.campaign_id = campaigns.campaign_id
    inner join orders
        on
            {{ hashed_number('units.buyer_id') }} = orders.customer_number
            and campaigns.started_on <= orders.ordered_on
            and campaigns.attributed_until_on >= orders.ordered_on
    group by units.campaign_id, units.buyer_id

),

final as (

    select
        units.campaign_id,
        units.buyer_id,
        units.arm,
        units.contact_count,
        coalesce(bought.order_count, 0) as order_count,
        coalesce(bought.net_amount, 0) as net_amount,
        coalesce(bought.margin_amount, 0) as margin_amount
    from units
    left join bought
        on
            units.campaign_id = bought.campaign_id
            and units.buyer_id = bought.buyer_id

)

select * from final
