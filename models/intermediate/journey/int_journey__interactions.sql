-- grain: one interaction up to the as-of date, with the customer it belongs to as known today

-- Stitched after the fact: whatever an app user, follower or visitor did before anybody knew who that was belongs to
-- the customer that the record is resolved to now. An event without a record goes to the customer of its session where
-- the session names exactly one; what neither names stays `none`.

with

ids as (

    select * from {{ ref('int_customers__ids') }}

),

interactions as (

    select
        interactions.source_system,
        interactions.source_interaction_id,
        interactions.session_id,
        interactions.family,
        interactions.interaction_type,
        interactions.occurred_at,
        ids.customer_id,
        -- a column of its own: equal keys are joined at once, a condition on one side row by row
        case when ids.customer_id is null then interactions.session_id end as nameless_session_id
    from {{ ref('input__interactions') }} as interactions
    inner join {{ ref('int_calendar__as_of') }} as as_of
        on cast(interactions.occurred_at as date) <= as_of.as_of_on
    left join ids
        on
            interactions.source_system = ids.source_system
            and interactions.source_customer_id = ids.source_customer_id

),

nameless_sessions as (

    select distinct
        source_system,
        nameless_session_id
    from interactions
    where nameless_session_id is not null

),

sessions as (

    select
        interactions.source_system,
        interactions.session_id,
        min(interactions.customer_id) as customer_id
    from interactions
    inner join nameless_sessions
        on
            interactions.source_system = nameless_sessions.source_system
            and interactions.session_id = nameless_sessions.nameless_session_id
    group by interactions.source_system, interactions.session_id
    having min(interactions.customer_id) = max(interactions.customer_id)

),

final as (

    select
        interactions.source_system,
        interactions.source_interaction_id,
        interactions.family,
        interactions.interaction_type,
        coalesce(interactions.customer_id, sessions.customer_id) as customer_id,
        case
            when interactions.customer_id is not null then 'record'
            when sessions.customer_id is not null then 'session'
            else 'none'
        end as stitch_basis,
        interactions.occurred_at
    from interactions
    left join sessions
        on
            interactions.source_system = sessions.source_system
            and interactions.nameless_session_id = sessions.session_id

)

select * from final
