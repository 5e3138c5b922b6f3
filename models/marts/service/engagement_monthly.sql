-- grain: one month: followers and participation in events

-- An account follows from its first follow on record on; those before the first delivery are not known. Where no system
-- delivers follows, or no events, their figures are unknown.

with

months as (

    select
        cast(date_trunc('month', calendar.date_on) as date) as month_start_on,
        max(calendar.date_on) as as_of_on
    from {{ ref('calendar') }} as calendar
    inner join {{ ref('int_calendar__as_of') }} as as_of
        on calendar.date_on <= as_of.as_of_on
    group by date_trunc('month', calendar.date_on)

),

interactions as (

    select
        interactions.interaction_type,
        interactions.source_system,
        interactions.source_customer_id,
        coalesce(ids.customer_id, interactions.source_system || ':' || interactions.source_customer_id) as customer_id,
        cast(interactions.occurred_at as date) as occurred_on
    from {{ ref('input__interactions') }} as interactions
    left join {{ ref('int_customers__ids') }} as ids
        on
            interactions.source_system = ids.source_system
            and interactions.source_customer_id = ids.source_customer_id
    where interactions.interaction_type in ('follow', 'tasting', 'banquet', 'webinar')

),

follows as (

    select
        source_system,
        source_customer_id,
        min(occurred_on) as followed_on
    from interactions
    where
        interaction_type = 'follow'
        and source_customer_id is not null
    group by source_system, source_customer_id

),

firsts as (

    select
        min(case when interaction_type = 'follow' then occurred_on end) as first_follow_on,
        min(case when interaction_type <> 'follow' then occurred_on end) as first_event_on
    from interactions

),

followers as (

    select
        months.month_start_on,
        count(case when follows.followed_on >= months.month_start_on then 1 end) as new_follower_count,
        count(follows.followed_on) as follower_count
    from months
    left join follows
        on months.as_of_on >= follows.followed_on
    group by months.month_start_on

),

events as (

    select
        cast(date_trunc('month', occurred_on) as date) as month_start_on,
        {%- for event in ['tasting', 'banquet', 'webinar'] %}
        count(case when interaction_type = '{{ event }}' then 1 end) as {{ event }}_count,
        {%- endfor %}
        count(*) as event_count,
        count(distinct customer_id) as participant_count
    from interactions
    where interaction_type <> 'follow'
    group by date_trunc('month', occurred_on)

),

final as (

    select
        {%- for column in ['tasting', 'banquet', 'webinar', 'event', 'participant'] %}
        cast(
            case when months.as_of_on >= firsts.first_event_on then coalesce(events.{{ column }}_count, 0) end as bigint
        ) as {{ column }}_count,
        {%- endfor %}
        cast(months.month_start_on as date) as month_start_on,
        cast(
            months.as_of_on = {{ add_days(months_before('months.month_start_on', -1), -1) }} as boolean
        ) as is_complete,
        cast(case when months.as_of_on >= firsts.first_follow_on then followers.new_follower_count end as bigint)
            as new_follower_count,
        cast(case when months.as_of_on >= firsts.first_follow_on then followers.follower_count end as bigint)
            as follower_count,
        cast(
            case when months.as_of_on >= firsts.first_follow_on then followers.new_follower_count end
            / cast(nullif(followers.follower_count - followers.new_follower_count, 0) as double) as double
        ) as follower_growth
    from months
    cross join firsts
    inner join followers
        on months.month_start_on = followers.month_start_on
    left join events
        on months.month_start_on = events.month_start_on

)

select * from final
