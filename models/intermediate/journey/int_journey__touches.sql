-- grain: one touch of a customer: an interaction that the policy counts, or a message opened or clicked

-- What a company's people do counts for the company too: it is met through them.
{{ config(materialized='view') }}

with

counted as (

    select * from {{ ref('journey_touches') }}

),

interactions as (

    select
        customer_id,
        family,
        interaction_type,
        occurred_at
    from {{ ref('int_journey__interactions') }}
    where customer_id is not null

),

messages as (

    {%- for type in ['open', 'click'] %}
    select
        ids.customer_id,
        'campaign' as family,
        '{{ type }}' as interaction_type,
        contacts.{{ 'opened_at' if type == 'open' else 'clicked_at' }} as occurred_at
    from {{ ref('input__campaign_contacts') }} as contacts
    inner join {{ ref('int_customers__ids') }} as ids
        on
            contacts.source_system = ids.source_system
            and contacts.source_customer_id = ids.source_customer_id
    inner join {{ ref('int_calendar__as_of') }} as as_of
        on cast(contacts.{{ 'opened_at' if type == 'open' else 'clicked_at' }} as date) <= as_of.as_of_on
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

everything as (

    select * from interactions
    union all
    select * from messages

),

own as (

    select
        everything.customer_id,
        everything.family,
        everything.interaction_type,
        counted.is_interest,
        counted.is_touch,
        everything.occurred_at
    from everything
    inner join counted
        on
            everything.family = counted.family
            and everything.interaction_type = counted.interaction_type

),

final as (

    select * from own

    union all

    select
        members.organisation_id as customer_id,
        own.family,
        own.interaction_type,
        own.is_interest,
        own.is_touch,
        own.occurred_at
    from own
    inner join {{ ref('organisation_members') }} as members
        on own.customer_id = members.customer_id

)

select * from final
