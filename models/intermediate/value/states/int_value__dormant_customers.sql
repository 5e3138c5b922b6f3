-- grain: one customer who has neither ordered nor opened a mail for some months (policy), as of the latest date

-- Who compares products often in that time is not gone but comparing.

with

as_of as (

    select
        dates.as_of_on,
        {{ months_before('dates.as_of_on', 'policy.dormant_months') }} as start_on,
        policy.comparing_visits
    from {{ ref('int_value__as_of_dates') }} as dates
    cross join {{ ref('value_policy') }} as policy
    where dates.is_latest

),

states as (

    select * from {{ ref('int_value__customer_states') }}
    where is_latest

),

ids as (

    select * from {{ ref('int_customers__ids') }}

),

opens as (

    select
        ids.customer_id,
        max(cast(contacts.opened_at as date)) as last_opened_on
    from {{ ref('input__campaign_contacts') }} as contacts
    inner join ids
        on
            contacts.source_system = ids.source_system
            and contacts.source_customer_id = ids.source_customer_id
    cross join as_of
    where cast(contacts.opened_at as date) <= as_of.as_of_on
    group by ids.customer_id

),

visits as (

    select
        ids.customer_id,
        count(case when interactions.interaction_type = 'compare' then 1 end) as comparison_count,
        count(*) as interaction_count
    from {{ ref('input__interactions') }} as interactions
    inner join ids
        on
            interactions.source_system = ids.source_system
            and interactions.source_customer_id = ids.source_customer_id
    inner join as_of
        on
            cast(interactions.occurred_at as date) > as_of.start_on
            and cast(interactions.occurred_at as date) <= as_of.as_of_on
    group by ids.customer_id

),

final as (

    select
        states.customer_id,
        coalesce(visits.comparison_count, 0) >= as_of.comparing_visits as is_comparing,
        coalesce(visits.comparison_count, 0) as comparison_count,
        coalesce(visits.interaction_count, 0) as interaction_count,
        states.last_purchase_on,
        opens.last_opened_on
    from states
    cross join as_of
    left join opens
        on states.customer_id = opens.customer_id
    left join visits
        on states.customer_id = visits.customer_id
    where
        states.has_purchased
        and states.last_purchase_on <= as_of.start_on
        and (opens.last_opened_on is null or opens.last_opened_on <= as_of.start_on)

)

select * from final
