-- grain: one touch of a customer: an interaction that the policy counts, or a message opened or clicked

-- What a company's people do counts for the company too: it is met through them.
{{ config(materialized='view') }}

with

counted as (

    select * from {{ ref('journey_touches') }}

),

interactions as (

    select
        customer_number,
        family,
        interaction_type,
        occurred_at
    from {{ ref('int_journey__interactions') }}
    where customer_number is not null

),

messages as (

    {%- for type, event in [('open', 'opened'), ('click', 'clicked')] %}
    select
        {{ hashed_number('ids.customer_id') }} as customer_number,
        'campaign' as family,
        '{{ type }}' as interaction_type,
        contacts.{{ event }}_at as occurred_at
    from {{ ref('input__campaign_contacts') }} as contacts
    inner join {{ ref('int_customers__ids') }} as ids
        on
            contacts.source_system = ids.source_system
            and contacts.source_customer_id = ids.source_customer_id
    inner join {{ ref('int_calendar__as_of') }} as as_of
        on {{ not_after("cast(contacts." ~ event ~ "_at as date)", 'as_of.as_of_on') }}
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

everything as (

    select * from interactions
    union all
    select * from messages

),

members as (

    select
        {{ hashed_number('organisation_id') }} as organisation_number,
        {{ hashed_number('customer_id') }} as customer_number
    from {{ ref('organisation_members') }}

),

own as (

    select
        everything.customer_number,
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
        members.organisation_number as customer_number,
        own.family,
        own.interaction_type,
        own.is_interest,
        own.is_touch,
        own.occurred_at
    from own
    inner join members
        on own.customer_number = members.customer_number

)

select * from final
