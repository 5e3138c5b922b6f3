-- grain: one subject with a ticket or an answer to a survey: questions, complaints, satisfaction

with

subjects as (

    select * from {{ ref('int_features__subjects') }}

),

voices as (

    select * from {{ ref('int_customers__voices') }}

),

policy as (

    select * from {{ ref('service_policy') }}

),

tickets as (

    select
        voices.customer_id,
        tickets.category,
        tickets.is_complaint,
        tickets.complaint_type,
        tickets.channel,
        tickets.satisfaction,
        tickets.created_at,
        tickets.first_response_at,
        tickets.resolved_at,
        cast(tickets.created_at as date) as created_on,
        lag(tickets.created_at) over (
            partition by voices.customer_id, tickets.complaint_type order by tickets.created_at asc nulls last
        ) as earlier_at
    from {{ ref('input__tickets') }} as tickets
    inner join voices
        on
            tickets.source_system = voices.source_system
            and tickets.source_customer_id = voices.source_customer_id

),

dated_tickets as (

    select
        subjects.subject_key,
        tickets.category,
        tickets.is_complaint,
        tickets.complaint_type,
        tickets.channel,
        -- the rating is given when the matter is settled
        case
            when cast(coalesce(tickets.resolved_at, tickets.created_at) as date) <= subjects.as_of_on
                then tickets.satisfaction
        end as satisfaction,
        {{ days_from('tickets.created_on', 'subjects.as_of_on') }} as age_days,
        tickets.created_on > subjects.start_12m_on as in_12m,
        tickets.created_on > subjects.start_24m_on as in_24m,
        -- the same matter again within so many days (SPEC 13.14)
        tickets.is_complaint
        and {{ days_from('cast(tickets.earlier_at as date)', 'tickets.created_on') }} <= policy.repeat_days
            as is_repeated,
        cast(coalesce(tickets.resolved_at, tickets.created_at) as date) <= subjects.as_of_on
        and tickets.satisfaction <= policy.low_rating_to as is_low,
        tickets.resolved_at is null or cast(tickets.resolved_at as date) > subjects.as_of_on as is_open,
        -- decimals add up exactly: a mean on the bound of a tag does not depend on the order of rows
        case
            when cast(tickets.first_response_at as date) <= subjects.as_of_on
                then cast({{ seconds_from('tickets.created_at', 'tickets.first_response_at') }} as decimal(18, 6))
        end as response_seconds,
        case
            when cast(tickets.resolved_at as date) <= subjects.as_of_on
                then cast({{ seconds_from('tickets.created_at', 'tickets.resolved_at') }} as decimal(18, 6))
        end as resolution_seconds
    from tickets
    inner join subjects
        on
            tickets.customer_id = subjects.customer_id
            and tickets.created_on <= subjects.as_of_on
    cross join policy

),

ticket_measures as (

    select
        subject_key,
        count(case when in_12m then 1 end) as tickets_12m,
        count(case when in_12m and category = 'inquiry' then 1 end) as inquiries_12m,
        count(case when in_12m and is_complaint then 1 end) as complaints_12m,
        count(case when in_24m and is_repeated then 1 end) as repeated_complaints_24m,
        count(case when in_24m and (category = 'after_sales' or complaint_type = 'after_sales') then 1 end)
            as after_sales_tickets_24m,
        {%- for type in ['logistics', 'price', 'quality', 'service_attitude'] %}
        count(case when in_24m and is_complaint and complaint_type = '{{ type }}' then 1 end)
            as {{ type.removeprefix('service_') }}_complaints_24m,
        {%- endfor %}
        count(case when is_open then 1 end) as open_tickets,
        avg(case when in_24m then case when channel in ('online', 'bot') then 1.0 else 0.0 end end)
            as online_ticket_share_24m,
        avg(case when in_24m then response_seconds end) / 3600 as mean_response_hours_24m,
        avg(case when in_24m then resolution_seconds end) / 86400 as mean_resolution_days_24m,
        avg(case when in_24m then satisfaction end) as mean_satisfaction_24m,
        count(case when in_12m and is_low then 1 end) as low_ratings_12m,
        min(case when is_complaint then age_days end) as days_since_complaint
    from dated_tickets
    group by subject_key

),

answers as (

    select
        subjects.subject_key,
        surveys.question,
        case when surveys.question = 'nps' then {{ nps_of_10('surveys.score', 'surveys.scale_max') }} end as nps,
        surveys.answered_at,
        surveys.source_response_id,
        -- on a scale of 1 to 5
        case
            when surveys.question <> 'nps'
                then cast({{ rating_of_5('surveys.score', 'surveys.scale_max') }} as decimal(18, 12))
        end as rating,
        cast(surveys.answered_at as date) > subjects.start_12m_on as in_12m,
        cast(surveys.answered_at as date) > subjects.start_24m_on as in_24m,
        case
            when surveys.question = 'nps'
                then {{ nps_of_10('surveys.score', 'surveys.scale_max') }} <= policy.low_nps_to
            else {{ rating_of_5('surveys.score', 'surveys.scale_max') }} <= policy.low_rating_to
        end as is_low
    from {{ ref('input__surveys') }} as surveys
    inner join voices
        on
            surveys.source_system = voices.source_system
            and surveys.source_customer_id = voices.source_customer_id
    inner join subjects
        on
            voices.customer_id = subjects.customer_id
            and cast(surveys.answered_at as date) <= subjects.as_of_on
    cross join policy

),

nps as (

    select
        subject_key,
        nps,
        row_number() over (
            partition by subject_key order by answered_at desc nulls last, source_response_id asc
        ) as answer_rank
    from answers
    where question = 'nps'

),

survey_measures as (

    select
        subject_key,
        count(case when in_24m then 1 end) as survey_answers_24m,
        avg(case when in_24m then rating end) as mean_rating_24m,
        count(case when in_12m and is_low then 1 end) as low_ratings_12m
    from answers
    group by subject_key

),

final as (

    select
        coalesce(tickets.subject_key, surveys.subject_key) as subject_key,
        coalesce(tickets.tickets_12m, 0) as tickets_12m,
        coalesce(tickets.inquiries_12m, 0) as inquiries_12m,
        coalesce(tickets.complaints_12m, 0) as complaints_12m,
        coalesce(tickets.repeated_complaints_24m, 0) as repeated_complaints_24m,
        coalesce(tickets.after_sales_tickets_24m, 0) as after_sales_tickets_24m,
        {%- for type in ['logistics', 'price', 'quality', 'attitude'] %}
        coalesce(tickets.{{ type }}_complaints_24m, 0) as {{ type }}_complaints_24m,
        {%- endfor %}
        coalesce(tickets.open_tickets, 0) as open_tickets,
        tickets.online_ticket_share_24m,
        tickets.mean_response_hours_24m,
        tickets.mean_resolution_days_24m,
        tickets.mean_satisfaction_24m,
        tickets.days_since_complaint,
        coalesce(surveys.survey_answers_24m, 0) as survey_answers_24m,
        surveys.mean_rating_24m,
        nps.nps as last_nps,
        coalesce(tickets.low_ratings_12m, 0) + coalesce(surveys.low_ratings_12m, 0) as low_ratings_12m
    from ticket_measures as tickets
    full outer join survey_measures as surveys
        on tickets.subject_key = surveys.subject_key
    left join nps
        on
            surveys.subject_key = nps.subject_key
            and nps.answer_rank = 1

)

select * from final
