-- Whom a strategy is for is listed or held back on each channel of the service mode, and nobody is listed without a
-- consent in force for the strategy's purpose, where that needs one, or under a suppression: their own or, of an
-- organisation, that of the contact.

with

assigned as (

    select
        assignments.customer_id,
        assignments.strategy,
        channels.channel,
        channels.consent_channel,
        purposes.purpose,
        purposes.needs_consent
    from {{ ref('strategy_assignments') }} as assignments
    inner join {{ ref('service_mode_channels') }} as channels
        on assignments.service_mode = channels.service_mode
    inner join {{ ref('strategies') }} as strategies
        on assignments.strategy = strategies.strategy
    inner join {{ ref('consent_purposes') }} as purposes
        on strategies.consent_purpose = purposes.purpose

),

found as (

    select
        customer_id,
        strategy,
        channel,
        contact_id,
        list_status = 'listed' as is_listed
    from {{ ref('activation') }}

),

-- the last word of each record, looked up anew
latest as (

    select
        consents.source_system,
        consents.source_customer_id,
        consents.purpose,
        consents.channel,
        max(consents.changed_at) as changed_at
    from {{ ref('input__consents') }} as consents
    inner join {{ ref('int_calendar__as_of') }} as as_of
        on cast(consents.changed_at as date) <= as_of.as_of_on
    group by consents.source_system, consents.source_customer_id, consents.purpose, consents.channel

),

words as (

    select
        ids.customer_id,
        consents.purpose,
        consents.channel,
        bool_and(consents.is_granted) as is_granted
    from {{ ref('input__consents') }} as consents
    inner join latest
        on
            consents.source_system = latest.source_system
            and consents.source_customer_id = latest.source_customer_id
            and consents.purpose = latest.purpose
            and consents.channel = latest.channel
            and consents.changed_at = latest.changed_at
    inner join {{ ref('int_customers__ids') }} as ids
        on
            consents.source_system = ids.source_system
            and consents.source_customer_id = ids.source_customer_id
    group by ids.customer_id, consents.purpose, consents.channel

),

suppressed as (

    select
        suppressions.customer_id,
        suppressions.purpose
    from {{ ref('int_marketing__suppressions') }} as suppressions
    inner join {{ ref('int_calendar__as_of') }} as as_of
        on suppressions.since_on <= as_of.as_of_on
    group by suppressions.customer_id, suppressions.purpose

)

select
    coalesce(assigned.customer_id, found.customer_id) as customer_id,
    coalesce(assigned.channel, found.channel) as channel,
    case
        when found.customer_id is null then 'lost'
        when assigned.customer_id is null then 'not assigned'
        else 'listed against consent or suppression'
    end as problem
from assigned
full outer join found
    on
        assigned.customer_id = found.customer_id
        and assigned.strategy = found.strategy
        and assigned.channel = found.channel
left join words
    on
        found.contact_id = words.customer_id
        and assigned.consent_channel = words.channel
        and assigned.purpose = words.purpose
left join suppressed
    on
        found.contact_id = suppressed.customer_id
        and assigned.purpose = suppressed.purpose
left join suppressed as left_alone
    on
        assigned.customer_id = left_alone.customer_id
        and assigned.purpose = left_alone.purpose
where
    found.customer_id is null
    or assigned.customer_id is null
    or (
        found.is_listed
        and (
            not coalesce(words.is_granted, not assigned.needs_consent)
            or suppressed.customer_id is not null
            or left_alone.customer_id is not null
        )
    )
