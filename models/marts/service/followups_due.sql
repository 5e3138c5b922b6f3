-- grain: one low rating (policy), with the follow-up it needs

-- Low: 1 to 3 of 5, or 0 to 6 of an NPS answer. Followed up by the first call or visit to the customer after it. A
-- rating that names nobody cannot be followed up, and after the days of the policy nobody calls any more.

with

as_of as (

    select
        as_of_on,
        cast({{ add_days('as_of_on', 1) }} as timestamp) as until_at
    from {{ ref('int_calendar__as_of') }}

),

policy as (

    select
        follow_up_hours,
        follow_up_expires_days
    from {{ ref('service_policy') }}

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
        {{ add_hours('ratings.rated_at', '24 * policy.follow_up_expires_days') }} as expires_at,
        as_of.as_of_on,
        as_of.until_at
    from ratings
    cross join policy
    cross join as_of
    left join followed
        on ratings.rating_id = followed.rating_id

),

judged as (

    select
        *,
        case
            when customer_id is null then 'anonymous'
            when followed_up_at <= due_at then 'in_time'
            when followed_up_at is not null then 'late'
            when expires_at <= until_at then 'expired'
            when due_at <= until_at then 'overdue'
            else 'due'
        end as follow_up_status
    from timed

),

final as (

    select
        cast(judged.rating_id as string) as rating_id,
        cast(judged.customer_id as string) as customer_id,
        cast(judged.rating_source as string) as rating_source,
        cast(judged.question as string) as measure,
        cast(judged.touch_point as string) as touch_point,
        cast(judged.store_code as string) as store_code,
        cast(judged.agent_id as string) as agent_id,
        cast(judged.value_tier as string) as value_tier,
        cast(judged.follow_up_status as string) as follow_up_status,
        cast(labels.label_zh as string) as follow_up_status_zh,
        cast(labels.label_en as string) as follow_up_status_en,
        cast(judged.follow_up_status = 'overdue' as boolean) as is_overdue,
        cast(judged.rating as double) as rating,
        cast(judged.nps as double) as nps,
        cast(
            case
                when judged.follow_up_status in ('due', 'overdue')
                    then greatest({{ seconds_from('judged.due_at', 'judged.until_at') }} / 3600.0, 0)
            end as double
        ) as hours_overdue,
        cast(judged.as_of_on as date) as as_of_on,
        cast(judged.rated_at as timestamp) as rated_at,
        cast(judged.due_at as timestamp) as due_at,
        cast(judged.followed_up_at as timestamp) as followed_up_at
    from judged
    left join {{ ref('int_marketing__code_labels') }} as labels
        on
            labels.list_code = 'follow_up_status'
            and judged.follow_up_status = labels.code

)

select * from final
