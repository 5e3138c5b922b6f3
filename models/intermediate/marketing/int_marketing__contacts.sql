-- grain: one campaign and one customer of its list, as known at the as-of date

-- Several records of one customer are one contact. Who stands in two arms belongs to none of them (`mixed`).

with

contacts as (

    select * from {{ ref('input__campaign_contacts') }}

),

ids as (

    select * from {{ ref('int_customers__ids') }}

),

campaigns as (

    select * from {{ ref('int_marketing__campaigns') }}

),

known as (

    select
        campaigns.campaign_id,
        campaigns.as_of_on,
        {%- for event in ['sent', 'opened', 'clicked'] %}
        case when cast(contacts.{{ event }}_at as date) <= campaigns.as_of_on then contacts.{{ event }}_at end
            as {{ event }}_at,
        {%- endfor %}
        ids.customer_id,
        coalesce(contacts.variant, 'all') as arm,
        contacts.planned_share
    from contacts
    inner join campaigns
        on
            contacts.source_system = campaigns.source_system
            and contacts.campaign_code = campaigns.campaign_code
    inner join ids
        on
            contacts.source_system = ids.source_system
            and contacts.source_customer_id = ids.source_customer_id

),

final as (

    select
        campaign_id,
        customer_id,
        {%- for event in ['sent', 'opened', 'clicked'] %}
        min({{ event }}_at) as {{ event }}_at,
        max({{ event }}_at) as last_{{ event }}_at,
        {%- endfor %}
        case when min(arm) = max(arm) then min(arm) else 'mixed' end as arm,
        case when min(arm) = max(arm) and min(planned_share) = max(planned_share) then min(planned_share) end
            as planned_share,
        count(*) as record_count,
        count(sent_at) as touch_count
    from known
    group by campaign_id, customer_id

)

select * from final
