-- grain: one message to a customer record, or one reading, with its type of content

with

messages as (

    select
        coalesce(campaigns.content_type, 'unknown') as content_type,
        'message' as kind,
        cast(contacts.sent_at as date) as occurred_on,
        contacts.opened_at is not null as is_opened,
        contacts.clicked_at is not null as is_clicked,
        contacts.converted_at is not null as is_converted,
        contacts.source_system,
        contacts.source_customer_id
    from {{ ref('input__campaign_contacts') }} as contacts
    left join {{ ref('input__campaigns') }} as campaigns
        on
            contacts.source_system = campaigns.source_system
            and contacts.campaign_code = campaigns.campaign_code
    where contacts.sent_at is not null

),

readings as (

    select
        interactions.content_type,
        interactions.interaction_type as kind,
        cast(interactions.occurred_at as date) as occurred_on,
        false as is_opened,
        false as is_clicked,
        false as is_converted,
        interactions.source_system,
        interactions.source_customer_id
    from {{ ref('input__interactions') }} as interactions
    where interactions.content_type is not null

),

everything as (

    select * from messages
    union all
    select * from readings

),

final as (

    select
        everything.content_type,
        everything.kind,
        everything.is_opened,
        everything.is_clicked,
        everything.is_converted,
        coalesce(ids.customer_id, 'unknown') as customer_id,
        everything.occurred_on,
        cast(date_trunc('month', everything.occurred_on) as date) as month_start_on
    from everything
    inner join {{ ref('int_calendar__as_of') }} as as_of
        on {{ not_after('everything.occurred_on', 'as_of.as_of_on') }}
    left join {{ ref('int_customers__ids') }} as ids
        on
            everything.source_system = ids.source_system
            and everything.source_customer_id = ids.source_customer_id

)

select * from final
