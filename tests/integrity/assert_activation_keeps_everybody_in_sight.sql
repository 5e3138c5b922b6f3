-- Whom a strategy is for is listed or held back on each channel of the service mode, and nobody is listed without a
-- consent in force or under a suppression.

with

assigned as (

    select
        assignments.customer_id,
        assignments.strategy,
        channels.channel,
        channels.consent_channel
    from {{ ref('strategy_assignments') }} as assignments
    inner join {{ ref('service_mode_channels') }} as channels
        on assignments.service_mode = channels.service_mode

),

found as (

    select
        customer_id,
        strategy,
        channel,
        true as is_listed
    from {{ ref('activation_lists') }}

    union all

    select
        customer_id,
        strategy,
        channel,
        false as is_listed
    from {{ ref('activation_holdbacks') }}

),

-- the last word of each record, looked up anew
latest as (

    select
        consents.source_system,
        consents.source_customer_id,
        consents.channel,
        max(consents.changed_at) as changed_at
    from {{ ref('input__consents') }} as consents
    inner join {{ ref('activation_policy') }} as policy
        on consents.purpose = policy.consent_purpose
    inner join {{ ref('int_calendar__as_of') }} as as_of
        on cast(consents.changed_at as date) <= as_of.as_of_on
    group by consents.source_system, consents.source_customer_id, consents.channel

),

words as (

    select
        ids.customer_id,
        consents.channel,
        bool_and(consents.is_granted) as is_granted
    from {{ ref('input__consents') }} as consents
    inner join {{ ref('activation_policy') }} as policy
        on consents.purpose = policy.consent_purpose
    inner join latest
        on
            consents.source_system = latest.source_system
            and consents.source_customer_id = latest.source_customer_id
            and consents.channel = latest.channel
            and consents.changed_at = latest.changed_at
    inner join {{ ref('int_customers__ids') }} as ids
        on
            consents.source_system = ids.source_system
            and consents.source_customer_id = ids.source_customer_id
    group by ids.customer_id, consents.channel

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
        assigned.customer_id = words.customer_id
        and assigned.consent_channel = words.channel
left join {{ ref('int_marketing__suppressions') }} as suppressed
    on assigned.customer_id = suppressed.customer_id
where
    found.customer_id is null
    or assigned.customer_id is null
    or (found.is_listed and (not coalesce(words.is_granted, false) or suppressed.customer_id is not null))
