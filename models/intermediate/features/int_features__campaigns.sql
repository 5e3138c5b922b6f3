-- grain: one subject who was written to or holds coupons: opens, clicks, conversions, coupon use

{%- set content_types = ['promotion', 'depth', 'education'] %}
{%- set channels = ['email', 'sms', 'wechat', 'wecom'] %}

with

subjects as (

    select * from {{ ref('int_features__subjects') }}

),

voices as (

    select * from {{ ref('int_customers__voices') }}

),

sends as (

    select
        subjects.subject_key,
        campaigns.content_type,
        campaigns.channel,
        cast(contacts.sent_at as date) > subjects.start_12m_on as in_12m,
        coalesce(cast(contacts.opened_at as date) <= subjects.as_of_on, false) as is_opened,
        coalesce(cast(contacts.clicked_at as date) <= subjects.as_of_on, false) as is_clicked,
        coalesce(cast(contacts.converted_at as date) <= subjects.as_of_on, false) as is_converted,
        case
            when cast(contacts.opened_at as date) <= subjects.as_of_on
                then {{ days_from('cast(contacts.opened_at as date)', 'subjects.as_of_on') }}
        end as open_age_days
    from {{ ref('input__campaign_contacts') }} as contacts
    inner join voices
        on
            contacts.source_system = voices.source_system
            and contacts.source_customer_id = voices.source_customer_id
    inner join subjects
        on
            voices.customer_id = subjects.customer_id
            and cast(contacts.sent_at as date) <= subjects.as_of_on
            and cast(contacts.sent_at as date) > subjects.start_24m_on
    left join {{ ref('input__campaigns') }} as campaigns
        on
            contacts.source_system = campaigns.source_system
            and contacts.campaign_code = campaigns.campaign_code

),

send_measures as (

    select
        subject_key,
        count(case when in_12m then 1 end) as sends_12m,
        avg(case when is_opened then 1.0 else 0.0 end) as open_rate_24m,
        avg(case when is_clicked then 1.0 else 0.0 end) as click_rate_24m,
        avg(case when is_converted then 1.0 else 0.0 end) as conversion_rate_24m,
        count(case when is_converted then 1 end) as conversions_24m,
        {%- for type in content_types %}
        avg(case when content_type = '{{ type }}' then case when is_opened then 1.0 else 0.0 end end)
            as {{ type }}_open_rate_24m,
        count(case when content_type = '{{ type }}' and is_converted then 1 end) as {{ type }}_conversions_24m,
        {%- endfor %}
        {%- for channel in channels %}
        count(case when channel = '{{ channel }}' and is_opened then 1 end) as {{ channel }}_opens,
        {%- endfor %}
        min(open_age_days) as days_since_open
    from sends
    group by subject_key

),

coupons as (

    select
        subjects.subject_key,
        count(*) as coupons_24m,
        count(case when cast(coupons.used_at as date) <= subjects.as_of_on then 1 end) as coupons_used_24m
    from {{ ref('input__coupons') }} as coupons
    inner join voices
        on
            coupons.source_system = voices.source_system
            and coupons.source_customer_id = voices.source_customer_id
    inner join subjects
        on
            voices.customer_id = subjects.customer_id
            and cast(coupons.issued_at as date) <= subjects.as_of_on
            and cast(coupons.issued_at as date) > subjects.start_24m_on
    group by subjects.subject_key

),

final as (

    select
        coalesce(sends.subject_key, coupons.subject_key) as subject_key,
        sends.sends_12m,
        case when delivered.has_opens then sends.open_rate_24m end as open_rate_24m,
        case when delivered.has_clicks then sends.click_rate_24m end as click_rate_24m,
        case when delivered.has_conversions then sends.conversion_rate_24m end as conversion_rate_24m,
        case when delivered.has_conversions then sends.conversions_24m end as conversions_24m,
        {%- for type in content_types %}
        case when delivered.has_opens then sends.{{ type }}_open_rate_24m end as {{ type }}_open_rate_24m,
        case
            when delivered.has_conversions and delivered.has_campaign_contents then sends.{{ type }}_conversions_24m
        end as {{ type }}_conversions_24m,
        {%- endfor %}
        case greatest(sends.email_opens, sends.sms_opens, sends.wechat_opens, sends.wecom_opens)
            when 0 then null
            {%- for channel in channels %}
            when sends.{{ channel }}_opens then '{{ channel }}'
            {%- endfor %}
        end as main_response_channel,
        sends.days_since_open,
        coupons.coupons_used_24m,
        coupons.coupons_used_24m / cast(nullif(coupons.coupons_24m, 0) as double) as coupon_use_rate_24m
    from send_measures as sends
    full outer join coupons
        on sends.subject_key = coupons.subject_key
    cross join {{ ref('int_features__delivered_columns') }} as delivered

)

select * from final
