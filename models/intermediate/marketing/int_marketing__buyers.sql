-- grain: one campaign, one customer of its list and one customer whose orders answer it

-- Everybody answers for themselves; where the policy says so (seed campaign_targets) also the organisations that the
-- person belongs to.
{{ config(materialized='view') }}

with

contacts as (

    select
        campaign_id,
        customer_id
    from {{ ref('int_marketing__contacts') }}

),

campaigns as (

    select * from {{ ref('int_marketing__campaigns') }}

),

members as (

    select
        organisation_id,
        customer_id
    from {{ ref('organisation_members') }}

),

final as (

    select
        campaign_id,
        customer_id,
        customer_id as buyer_id
    from contacts

    union all

    select
        contacts.campaign_id,
        contacts.customer_id,
        members.organisation_id as buyer_id
    from contacts
    inner join campaigns
        on
            contacts.campaign_id = campaigns.campaign_id
            and campaigns.counts_organisation_orders
    inner join members
        on contacts.customer_id = members.customer_id

)

select * from final
