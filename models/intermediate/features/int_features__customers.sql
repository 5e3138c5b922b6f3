-- grain: one known customer and one date as of which its features are measured

-- A view: each reader wants its own dates. Registered attributes are those known today, everything else is as of the
-- date. Null is unknown or not applicable: a source that has never seen the customer says nothing.
{{ config(materialized='view') }}

{%- set topics = ['purchases', 'orders', 'baskets', 'interactions', 'service', 'campaigns', 'relations'] %}
{#- what the company itself writes down in full: nothing on record is zero, where the data set offers the source and the
    columns (int_features__delivered_columns) -#}
{%- set complaint_types = ['delivered.has_complaints', 'delivered.has_complaint_types'] %}
{%- set counted = {
    'service': {
        'tickets_12m': ['delivered.has_tickets'],
        'inquiries_12m': ['delivered.has_ticket_categories'],
        'complaints_12m': ['delivered.has_complaints'],
        'repeated_complaints_24m': ['delivered.has_complaints'],
        'after_sales_tickets_24m': ['delivered.has_ticket_categories'],
        'logistics_complaints_24m': complaint_types,
        'price_complaints_24m': complaint_types,
        'quality_complaints_24m': complaint_types,
        'attitude_complaints_24m': complaint_types,
        'open_tickets': ['delivered.has_resolutions'],
        'low_ratings_12m': ['delivered.has_ratings'],
        'survey_answers_24m': ['delivered.has_surveys'],
    },
    'interactions': {
        'interactions_90d': [],
        'interactions_12m': [],
        'sales_visits_12m': ['delivered.has_offline'],
        'sales_calls_12m': ['delivered.has_offline'],
        'store_visits_12m': ['delivered.has_offline'],
        'tastings_24m': ['delivered.has_offline'],
        'banquets_24m': ['delivered.has_offline'],
    },
} %}
{#- what a row that is there can say only where the column is delivered -#}
{%- set told = {
    'online_ticket_share_24m': 'has_ticket_channels',
    'content_reads': 'has_contents',
    'negative_comments_12m': 'has_sentiments',
} %}

with

subjects as (

    select * from {{ ref('int_features__subjects') }}

),

profiles as (

    select
        *,
        coalesce(birth_year, cast(extract(year from birth_date) as integer)) as year_of_birth
    from {{ ref('int_customers__profiles') }}

),

organisations as (

    select
        organisation_id,
        count(*) as member_count
    from {{ ref('organisation_members') }}
    group by organisation_id

),

members as (

    select distinct customer_id
    from {{ ref('organisation_members') }}

),

offered as (

    select
        (select count(*) from {{ ref('int_features__service') }}) > 0 as has_service,
        (select count(*) from {{ ref('int_features__interactions') }}) > 0 as has_interactions

),

final as (

    select
        subjects.subject_key,
        subjects.customer_id,
        subjects.as_of_on,
        subjects.is_latest,
        subjects.is_review,

        -- what the customer does
        {%- for feature in customer_features() if feature.topic in topics %}
        {%- set column = feature.topic ~ '.' ~ feature.name %}
        {%- if feature.name in counted.get(feature.topic, {}) %}
        {%- set needed = ['offered.has_' ~ feature.topic] + counted[feature.topic][feature.name] %}
        case when {{ needed | join(' and ') }} then coalesce({{ column }}, 0) end as {{ feature.name }},
        {%- elif feature.name in told %}
        case when delivered.{{ told[feature.name] }} then {{ column }} end as {{ feature.name }},
        {%- else %}
        {{ column }},
        {%- endif %}
        {%- endfor %}

        -- who the customer is
        subjects.customer_kind,
        profiles.gender,
        cast(extract(year from subjects.as_of_on) as integer) - profiles.year_of_birth as age,
        profiles.province_code,
        cities.city_tier,
        profiles.country,
        industries.section as industry_section,
        profiles.employees,
        profiles.annual_revenue,
        {{ days_from('profiles.founded_on', 'subjects.as_of_on') }} / 365.25 as company_age_years,
        profiles.income_band,
        profiles.job_level,
        profiles.decision_role,
        organisations.member_count as organisation_member_count,
        case when delivered.has_organisation_members then members.customer_id is not null end
            as is_organisation_member,
        {%- for flag, column, needed in [
            ('has_account_owner', 'account_owner', 'has_account_owners'), ('has_phone', 'phone', 'has_phones'),
            ('has_email', 'email', 'has_emails'), ('has_wechat', 'unionid', 'has_unionids'),
            ('is_loyalty_member', 'member_no', 'has_member_numbers'),
        ] %}
        case when delivered.{{ needed }} then profiles.{{ column }} is not null end as {{ flag }},
        {%- endfor %}
        profiles.system_count,
        subjects.tenure_days,

        -- what the customer is worth
        subjects.customer_group,
        subjects.lifecycle_stage,
        subjects.value_tier,
        subjects.abc_class,
        subjects.has_purchased,
        subjects.gift_share_24m,
        subjects.recency_days,
        subjects.order_count,
        subjects.order_count_12m,
        subjects.net_amount,
        subjects.net_amount_12m,
        subjects.margin_share_12m,
        subjects.order_value_12m,
        subjects.order_trend,
        subjects.amount_trend,
        subjects.rfm_class,
        subjects.action_group,
        subjects.recency_score,
        subjects.frequency_score,
        subjects.monetary_score,
        subjects.recency_days / nullif(purchases.mean_gap_days, 0) as cycle_position
    from subjects
    inner join profiles
        on subjects.customer_id = profiles.customer_id
    cross join offered
    cross join {{ ref('int_features__delivered_columns') }} as delivered
    left join {{ ref('administrative_divisions') }} as cities
        on profiles.city_code = cities.code
    left join {{ ref('industries') }} as industries
        on profiles.industry_code = industries.code
    left join organisations
        on subjects.customer_id = organisations.organisation_id
    left join members
        on subjects.customer_id = members.customer_id
    {%- for topic in topics %}
    left join {{ ref('int_features__' ~ topic) }} as {{ topic }}
        on subjects.subject_key = {{ topic }}.subject_key
    {%- endfor %}

)

select * from final
