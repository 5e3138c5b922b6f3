-- grain: one rating given by the as-of date: of a ticket, or an answer to a survey

-- Ratings run from 1 to 5; other scales begin at 0 and are drawn onto them. NPS keeps its own scale of 0 to 10. An
-- answer that names nobody counts, but belongs to no segment.

with

as_of as (

    select cast({{ add_days('as_of_on', 1) }} as timestamp) as until_at
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

answers as (

    select
        'survey' as rating_source,
        surveys.source_system,
        surveys.source_response_id as source_rating_id,
        ids.customer_id,
        surveys.question,
        surveys.touch_point,
        cast(null as string) as channel,
        surveys.store_code,
        surveys.agent_id,
        case when surveys.question = 'nps' then {{ nps_of_10('surveys.score', 'surveys.scale_max') }} end as nps,
        case
            when surveys.question = 'nps' then null
            else {{ rating_of_5('surveys.score', 'surveys.scale_max') }}
        end as rating,
        surveys.answered_at as rated_at
    from {{ ref('input__surveys') }} as surveys
    inner join as_of
        on surveys.answered_at < as_of.until_at
    left join ids
        on
            surveys.source_system = ids.source_system
            and surveys.source_customer_id = ids.source_customer_id
    where surveys.score is not null

),

tickets as (

    select
        'ticket' as rating_source,
        source_system,
        source_ticket_id as source_rating_id,
        customer_id,
        case when is_complaint then 'complaint_handling' else 'ticket_handling' end as question,
        touch_point,
        channel,
        store_code,
        agent_id,
        cast(null as double) as nps,
        cast(satisfaction as double) as rating,
        coalesce(resolved_at, created_at) as rated_at
    from {{ ref('int_service__tickets') }}
    where satisfaction is not null

),

ratings as (

    select
        *,
        cast(date_trunc('month', rated_at) as date) as month_start_on
    from (
        select * from answers
        union all
        select * from tickets
    ) as rated

),

months as (

    {{ customer_months_of('ratings') }}

),

final as (

    select
        ratings.source_system || ':' || ratings.rating_source || ':' || ratings.source_rating_id as rating_id,
        ratings.rating_source,
        ratings.customer_id,
        ratings.question,
        ratings.touch_point,
        ratings.channel,
        ratings.store_code,
        ratings.agent_id,
        regions.province_code,
        months.customer_group,
        months.value_tier,
        ratings.nps,
        ratings.rating,
        coalesce(ratings.rating <= policy.low_rating_to, ratings.nps <= policy.low_nps_to) as is_low,
        case
            when ratings.nps >= policy.promoter_from then 'promoter'
            when ratings.nps >= policy.passive_from then 'passive'
            when ratings.nps is not null then 'detractor'
            when ratings.rating >= policy.satisfied_from then 'satisfied'
            else 'not_satisfied'
        end as verdict,
        ratings.month_start_on,
        ratings.rated_at
    from ratings
    cross join policy
    left join regions
        on ratings.customer_id = regions.customer_id
    left join months
        on
            ratings.customer_id = months.customer_id
            and ratings.month_start_on = months.month_start_on

)

select * from final
