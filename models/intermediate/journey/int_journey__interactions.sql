-- grain: one interaction up to the as-of date, with the customer it belongs to as known today

-- Stitched after the fact: whatever an app user, follower or visitor did before anybody knew who that was belongs to
-- the customer that the record is resolved to now. An event without a record goes to the customer of its session where
-- the session names exactly one; what neither names stays nobody's.
-- Customers go by the hash of their key (int_orders__as_of), and no key of the interaction is kept: of tens of millions
-- of rows each text costs a second to write.

with

ids as (

    select
        source_system,
        source_customer_id,
        {{ hashed_number('customer_id') }} as customer_number
    from {{ ref('int_customers__ids') }}

),

interactions as (

    select
        interactions.source_system,
        interactions.family,
        interactions.interaction_type,
        interactions.platform,
        interactions.occurred_at,
        ids.customer_number,
        case when interactions.session_id is not null then {{ hashed_number('interactions.session_id') }} end
            as session_number,
        -- a column of its own: equal keys are joined at once, a condition on one side row by row
        case
            when ids.customer_number is null and interactions.session_id is not null
                then {{ hashed_number('interactions.session_id') }}
        end as nameless_session_number
    from {{ ref('input__interactions') }} as interactions
    inner join {{ ref('int_calendar__as_of') }} as as_of
        on {{ not_after('cast(interactions.occurred_at as date)', 'as_of.as_of_on') }}
    left join ids
        on
            interactions.source_system = ids.source_system
            and interactions.source_customer_id = ids.source_customer_id

),

nameless_sessions as (

    select distinct
        source_system,
        nameless_session_number
    from interactions
    where nameless_session_number is not null

),

sessions as (

    select
        interactions.source_system,
        interactions.session_number,
        min(interactions.customer_number) as customer_number
    from interactions
    inner join nameless_sessions
        on
            interactions.source_system = nameless_sessions.source_system
            and interactions.session_number = nameless_sessions.nameless_session_number
    group by interactions.source_system, interactions.session_number
    having min(interactions.customer_number) = max(interactions.customer_number)

),

final as (

    select
        interactions.family,
        interactions.interaction_type,
        interactions.platform,
        coalesce(interactions.customer_number, sessions.customer_number) as customer_number,
        interactions.customer_number is not null as is_by_record,
        interactions.occurred_at
    from interactions
    left join sessions
        on
            interactions.source_system = sessions.source_system
            and interactions.nameless_session_number = sessions.session_number

)

select * from final
