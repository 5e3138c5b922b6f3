-- grain: one subject with an interaction: behaviour, social, offline

-- Null where a family has never seen the customer; zero where it has, but not in the window.

{%- set behaviour_90d = {
    'logins': 'login', 'product_views': 'view_product', 'searches': 'search',
    'comparisons': 'compare', 'cart_adds': 'add_to_cart',
} %}
{%- set behaviour_12m = {
    'content_reads': 'read_content', 'downloads': 'download', 'webinars': 'webinar',
    'trial_requests': 'request_trial', 'coupon_views': 'view_coupon',
} %}
{%- set social_12m = {'comments': 'comment', 'shares': 'share'} %}
{%- set offline_12m = {'sales_visits': 'visit', 'sales_calls': 'call', 'store_visits': 'store_visit'} %}
{%- set offline_24m = {'tastings': 'tasting', 'banquets': 'banquet'} %}

with

subjects as (

    select * from {{ ref('int_features__subjects') }}

),

voices as (

    select * from {{ ref('int_customers__voices') }}

),

interactions as (

    select
        voices.customer_id,
        interactions.family,
        interactions.interaction_type,
        interactions.content_type,
        interactions.platform,
        -- decimals add up exactly: a mean on the bound of a tag does not depend on the order of rows
        try_cast(try_cast(interactions.sentiment as double) as decimal(18, 12)) as sentiment,
        cast(interactions.occurred_at as date) as occurred_on
    from {{ ref('input__interactions') }} as interactions
    inner join voices
        on
            interactions.source_system = voices.source_system
            and interactions.source_customer_id = voices.source_customer_id

),

dated as (

    select
        subjects.subject_key,
        interactions.interaction_type,
        interactions.content_type,
        interactions.platform,
        interactions.sentiment,
        {{ days_from('interactions.occurred_on', 'subjects.as_of_on') }} as age_days,
        interactions.family = 'behaviour' as is_behaviour,
        interactions.family = 'social' as is_social,
        interactions.family = 'offline' as is_offline,
        interactions.occurred_on > subjects.start_90d_on as in_90d,
        interactions.occurred_on > subjects.start_6m_on as in_6m,
        interactions.occurred_on > subjects.start_12m_on as in_12m,
        interactions.occurred_on > subjects.start_24m_on as in_24m
    from interactions
    inner join subjects
        on
            interactions.customer_id = subjects.customer_id
            and interactions.occurred_on <= subjects.as_of_on

),

measured as (

    select
        subject_key,
        {%- for family in ['behaviour', 'social', 'offline'] %}
        bool_or(is_{{ family }}) as has_{{ family }},
        count(case when is_{{ family }} and in_90d then 1 end) as {{ family }}_events_90d,
        count(case when is_{{ family }} and in_12m then 1 end) as {{ family }}_events_12m,
        min(case when is_{{ family }} then age_days end) as days_since_{{ family }},
        {%- endfor %}
        -- quarters of the latest 12 months since the first event
        case
            when bool_or(is_behaviour and not in_12m) then 4.0
            when bool_or(is_behaviour and not in_6m) then max(case when is_behaviour then age_days end) * 4.0 / 365
        end as behaviour_quarters,
        {%- for name, type in behaviour_90d.items() %}
        count(case when is_behaviour and in_90d and interaction_type = '{{ type }}' then 1 end) as {{ name }}_90d,
        {%- endfor %}
        {%- for name, type in behaviour_12m.items() %}
        count(case when is_behaviour and in_12m and interaction_type = '{{ type }}' then 1 end) as {{ name }}_12m,
        {%- endfor %}
        count(case when is_behaviour and content_type is not null then 1 end) as reads,
        {%- for type in ['promotion', 'depth', 'education'] %}
        count(case when is_behaviour and content_type = '{{ type }}' then 1 end) as {{ type }}_reads,
        {%- endfor %}
        {%- for platform in ['app', 'mini_program', 'web'] %}
        count(case when is_behaviour and in_12m and platform = '{{ platform }}' then 1 end) as {{ platform }}_events,
        {%- endfor %}
        {%- for name, type in social_12m.items() %}
        count(case when is_social and in_12m and interaction_type = '{{ type }}' then 1 end) as social_{{ name }}_12m,
        {%- endfor %}
        bool_or(is_social and interaction_type = 'follow') as is_follower,
        bool_or(is_social and interaction_type = 'group_join') as is_group_member,
        avg(case when in_24m then sentiment end) as mean_sentiment_24m,
        count(case when in_12m and sentiment < 0 then 1 end) as negative_comments_12m,
        {%- for name, type in offline_12m.items() %}
        count(case when is_offline and in_12m and interaction_type = '{{ type }}' then 1 end) as {{ name }}_12m,
        {%- endfor %}
        {%- for name, type in offline_24m.items() %}
        count(case when is_offline and in_24m and interaction_type = '{{ type }}' then 1 end) as {{ name }}_24m,
        {%- endfor %}
        min(case when is_offline and interaction_type = 'visit' then age_days end) as days_since_sales_visit
    from dated
    group by subject_key

),

final as (

    select
        subject_key,
        behaviour_events_90d + social_events_90d + offline_events_90d as interactions_90d,
        behaviour_events_12m + social_events_12m + offline_events_12m as interactions_12m,
        case when has_behaviour then behaviour_events_12m end as behaviour_events_12m,
        -- the latest quarter against the mean quarter; before half a year there is no mean to rise or fall from
        case when behaviour_events_12m > 0 then behaviour_events_90d * behaviour_quarters / behaviour_events_12m end
            as behaviour_trend,
        days_since_behaviour,
        {%- for name in behaviour_90d %}
        case when has_behaviour then {{ name }}_90d end as {{ name }}_90d,
        {%- endfor %}
        {%- for name in behaviour_12m %}
        case when has_behaviour then {{ name }}_12m end as {{ name }}_12m,
        {%- endfor %}
        reads as content_reads,
        {%- for type in ['promotion', 'depth', 'education'] %}
        {{ type }}_reads / cast(nullif(reads, 0) as double) as {{ type }}_read_share,
        {%- endfor %}
        case
            when app_events + mini_program_events + web_events = 0 then null
            when app_events >= mini_program_events and app_events >= web_events then 'app'
            when mini_program_events >= web_events then 'mini_program'
            else 'web'
        end as main_digital_platform,
        case when has_social then social_events_12m end as social_events_12m,
        {%- for name in social_12m %}
        case when has_social then social_{{ name }}_12m end as social_{{ name }}_12m,
        {%- endfor %}
        case when has_social then is_follower end as is_follower,
        case when has_social then is_group_member end as is_group_member,
        mean_sentiment_24m,
        case when has_social then negative_comments_12m end as negative_comments_12m,
        {%- for name in offline_12m %}
        {{ name }}_12m,
        {%- endfor %}
        {%- for name in offline_24m %}
        {{ name }}_24m,
        {%- endfor %}
        days_since_sales_visit
    from measured

)

select * from final
