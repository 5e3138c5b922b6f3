-- grain: one low rating (policy), with the follow-up it needs

-- Low: 1 to 3 of 5, or 0 to 6 of an NPS answer. Followed up by the first call or visit to the customer after it. A rating
-- that names nobody cannot be followed up.

with

as_of as (

    select
        as_of_on,
        cast({{ add_days('as_of_on', 1) }} as timestamp) as until_at
    from {{ ref('int_calendar__as_of') }}

),

policy as (

    select follow_up_hours from {{ ref('service_policy') }}

),

ratings as (

    select * from {{ ref('int_service__ratings') }}
    where is_low

),

contacts as (

    select
        ids.customer_id,
        interactions.occurred_at
    from {{ ref('input__interactions') }} as interactions
    inner join {{ ref('int_customers__ids') }} as ids
        on
            interactions.source_system = ids.source_system
            and interactions.source_customer_id = ids.source_customer_id
    inner join as_of
        on interactions.occurred_at < as_of.until_at
    where
        interactions.family = 'offline'
        and interactions.interaction_type in ('call', 'visit')

),

followed as (

    select
        ratings.rating_id,
        min(contacts.occurred_at) as followed_up_at
    from ratings
    inner join contacts
        on
            ratings.customer_id = contacts.customer_id
            and ratings.rated_at < contacts.occurred_at
    group by ratings.rating_id

),

timed as (

    select
        ratings.*,
        followed.followed_up_at,
        {{ add_hours('ratings.rated_at', 'policy.follow_up_hours') }} as due_at,
        as_of.as_of_on,
        as_of.until_at
    from ratings
    cross join policy
    cross join as_of
    left join followed
        on ratings.rating_id = followed.rating_id

),

final as (

    select
        cast(rating_id as varchar) as rating_id,
        cast(customer_id as varchar) as customer_id,
        cast(rating_source as varchar) as rating_source,
        cast(question as varchar) as measure,
        cast(touch_point as varchar) as touch_point,
        cast(store_code as varchar) as store_code,
        cast(agent_id as varchar) as agent_id,
        cast(value_tier as varchar) as value_tier,
        cast(
            case
                when customer_id is null then 'anonymous'
                when followed_up_at <= due_at then 'in_time'
                when followed_up_at is not null then 'late'
                when due_at <= until_at then 'overdue'
                else 'due'
            end as varchar
        ) as follow_up_status,
        cast(customer_id is not null and followed_up_at is null and due_at <= until_at as boolean) as is_overdue,
        cast(rating as double) as rating,
        cast(nps as double) as nps,
        cast(
            case
                when customer_id is not null and followed_up_at is null
                    then greatest(extract(epoch from until_at - due_at) / 3600.0, 0)
            end as double
        ) as hours_overdue,
        cast(as_of_on as date) as as_of_on,
        cast(rated_at as timestamp) as rated_at,
        cast(due_at as timestamp) as due_at,
        cast(followed_up_at as timestamp) as followed_up_at
    from timed

)

select * from final
