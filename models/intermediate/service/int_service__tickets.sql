-- grain: one ticket opened by the as-of date, with who opened it and what had come of it by then

-- Group and tier are those of the last day before the month. A complaint is repeated when the same customer complained
-- of the same kind so many days before (policy); times run by the clock (SPEC 13.14).

with

tickets as (

    select * from {{ ref('input__tickets') }}

),

as_of as (

    select
        as_of_on,
        cast({{ add_days('as_of_on', 1) }} as timestamp) as until_at
    from {{ ref('int_calendar__as_of') }}

),

policy as (

    select * from {{ ref('service_policy') }}

),

ids as (

    select * from {{ ref('int_customers__ids') }}

),

regions as (

    select
        customer_id,
        province_code
    from {{ ref('int_customers__profiles') }}

),

known as (

    select
        tickets.source_system,
        tickets.source_ticket_id,
        tickets.source_order_id,
        ids.customer_id,
        tickets.category,
        coalesce(tickets.is_complaint, false) as is_complaint,
        tickets.complaint_type,
        tickets.channel,
        tickets.touch_point,
        tickets.store_code,
        tickets.agent_id,
        tickets.wait_seconds,
        tickets.created_at,
        cast(tickets.created_at as date) as created_on,
        cast(date_trunc('month', tickets.created_at) as date) as month_start_on,
        case when tickets.first_response_at < as_of.until_at then tickets.first_response_at end as first_response_at,
        case when tickets.resolved_at < as_of.until_at then tickets.resolved_at end as resolved_at,
        -- the rating is given when the matter is settled
        case when coalesce(tickets.resolved_at, tickets.created_at) < as_of.until_at then tickets.satisfaction end
            as satisfaction,
        as_of.until_at
    from tickets
    inner join as_of
        on tickets.created_at < as_of.until_at
    left join ids
        on
            tickets.source_system = ids.source_system
            and tickets.source_customer_id = ids.source_customer_id

),

sequenced as (

    select
        *,
        lag(case when is_complaint then created_at end) over (
            partition by customer_id, is_complaint, complaint_type
            order by created_at asc nulls last, source_ticket_id asc
        ) as earlier_complaint_at,
        -- the next ticket that a person takes
        min(case when channel <> 'bot' then created_at end) over (
            partition by customer_id order by created_at asc nulls last, source_ticket_id asc
            rows between 1 following and unbounded following
        ) as next_personal_at
    from known

),

months as (

    {{ customer_months_of('known') }}

),

final as (

    select
        sequenced.source_system,
        sequenced.source_ticket_id,
        sequenced.source_order_id,
        sequenced.customer_id,
        sequenced.category,
        sequenced.is_complaint,
        sequenced.complaint_type,
        sequenced.channel,
        sequenced.touch_point,
        sequenced.store_code,
        sequenced.agent_id,
        regions.province_code,
        months.customer_group,
        months.value_tier,
        sequenced.customer_id is not null
        and sequenced.is_complaint
        and coalesce(
            {{ days_from('cast(sequenced.earlier_complaint_at as date)', 'sequenced.created_on') }}
            <= policy.repeat_days,
            false
        ) as is_repeated,
        sequenced.resolved_at is not null as is_resolved,
        case
            when sequenced.channel = 'bot' and sequenced.customer_id is not null
                then coalesce(
                    {{ seconds_from('sequenced.created_at', 'sequenced.next_personal_at') }} / 3600.0
                    > policy.bot_return_hours,
                    true
                )
        end as is_bot_solved,
        sequenced.wait_seconds,
        {{ seconds_from('sequenced.created_at', 'sequenced.first_response_at') }} / 3600.0 as response_hours,
        {{ seconds_from('sequenced.created_at', 'sequenced.resolved_at') }} / 86400.0 as resolution_days,
        {{ seconds_from('sequenced.created_at', 'sequenced.until_at') }} / 3600.0 as age_hours,
        sequenced.satisfaction,
        sequenced.satisfaction >= policy.satisfied_from as is_satisfied,
        sequenced.month_start_on,
        sequenced.created_on,
        sequenced.created_at,
        sequenced.first_response_at,
        sequenced.resolved_at
    from sequenced
    cross join policy
    left join regions
        on sequenced.customer_id = regions.customer_id
    left join months
        on
            sequenced.customer_id = months.customer_id
            and sequenced.month_start_on = months.month_start_on

)

select * from final
