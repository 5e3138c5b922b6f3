-- What the consent tags say of a customer, whom lists name and what contact_permissions tells are one and the same.

with

permitted as (

    select
        customer_id,
        consent_purpose,
        channel
    from {{ ref('contact_permissions') }}
    where is_permitted

),

tagged as (

    {% for channel in ['sms', 'phone', 'email', 'wechat', 'push'] -%}
    select
        features.customer_id,
        '{{ channel }}' as channel,
        features.has_{{ channel }}_consent as is_tagged
    from {{ ref('customer_features') }} as features
    {% if not loop.last %}
    union all

    {% endif %}
    {%- endfor %}

)

select
    tagged.customer_id,
    tagged.channel,
    'tag' as problem
from tagged
left join permitted
    on
        tagged.customer_id = permitted.customer_id
        and tagged.channel = permitted.channel
        and permitted.consent_purpose = 'marketing'
where tagged.is_tagged <> (permitted.customer_id is not null)

union all

select
    lists.customer_id,
    lists.channel,
    'list' as problem
from {{ ref('activation') }} as lists
inner join {{ ref('consent_purposes') }} as purposes
    on
        lists.consent_purpose = purposes.purpose
        and purposes.needs_consent
left join permitted
    on
        lists.contact_id = permitted.customer_id
        and lists.consent_channel = permitted.channel
        and lists.consent_purpose = permitted.consent_purpose
where
    permitted.customer_id is null
    and lists.list_status = 'listed'
