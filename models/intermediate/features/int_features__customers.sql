-- grain: one known customer and one date as of which its features are measured

-- A view: each reader wants its own dates. Registered attributes are those known today, everything else is as of the
-- date. Null is unknown or not applicable: a source that has never seen the customer says nothing.
{{ config(materialized='view') }}

{%- set topics = ['purchases', 'orders', 'baskets', 'interactions', 'service', 'campaigns', 'relations'] %}
{#- what the company itself writes down in full: nothing on record is zero, where the data set offers the source -#}
{%- set counted = {
    'service': [
        'tickets_12m', 'inquiries_12m', 'complaints_12m', 'repeated_complaints_24m',
        'after_sales_tickets_24m', 'logistics_complaints_24m', 'price_complaints_24m', 'quality_complaints_24m',
        'attitude_complaints_24m', 'open_tickets', 'low_ratings_12m', 'survey_answers_24m',
    ],
    'interactions': [
        'interactions_90d', 'interactions_12m', 'sales_visits_12m', 'sales_calls_12m', 'store_visits_12m',
        'tastings_24m', 'banquets_24m',
    ],
} %}

with

subjects as (

    select * from {{ ref('int_features__subjects') }}

),

states as (

    select * from {{ ref('int_value__customer_states') }}

),

base as (

    select * from {{ ref('int_value__base_features') }}

),

rfm as (

    select * from {{ ref('int_value__rfm_classes') }}
    where window_months = 12

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
        subjects.customer_id,
        subjects.as_of_on,
        subjects.is_latest,
        subjects.is_review,

        -- what the customer does
        {%- for feature in customer_features() if feature.topic in topics %}
        {%- set column = feature.topic ~ '.' ~ feature.name %}
        {%- if feature.name in counted.get(feature.topic, []) %}
        case when offered.has_{{ feature.topic }} then coalesce({{ column }}, 0) end as {{ feature.name }},
        {%- else %}
        {{ column }},
        {%- endif %}
        {%- endfor %}

        -- who the customer is
        states.customer_kind,
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
        members.customer_id is not null as is_organisation_member,
        profiles.account_owner is not null as has_account_owner,
        profiles.phone is not null as has_phone,
        profiles.email is not null as has_email,
        profiles.unionid is not null as has_wechat,
        profiles.member_no is not null as is_loyalty_member,
        profiles.system_count,
        {{ days_from('states.first_contact_on', 'subjects.as_of_on') }} as tenure_days,

        -- what the customer is worth
        states.has_purchased,
        states.customer_group,
        states.lifecycle_stage,
        states.value_tier,
        states.abc_class,
        states.gift_share_24m,
        base.recency_days,
        base.order_count,
        base.net_amount,
        base.frequency_12m as order_count_12m,
        base.net_amount_12m,
        base.margin_amount_12m / nullif(base.net_amount_12m, 0) as margin_share_12m,
        states.order_value_12m,
        states.cycle_days_12m,
        -- the latest quarter against the mean quarter of the year
        base.frequency_3m * 4.0 / nullif(base.frequency_12m, 0) as order_trend,
        case when base.net_amount_12m > 0 then base.net_amount_3m * 4.0 / base.net_amount_12m end as amount_trend,
        rfm.rfm_class,
        rfm.action_group,
        rfm.recency_score,
        rfm.frequency_score,
        rfm.monetary_score,
        base.recency_days / nullif(purchases.mean_gap_days, 0) as cycle_position
    from subjects
    inner join states
        on
            subjects.customer_id = states.customer_id
            and subjects.as_of_on = states.as_of_on
    inner join profiles
        on subjects.customer_id = profiles.customer_id
    cross join offered
    left join {{ ref('administrative_divisions') }} as cities
        on profiles.city_code = cities.code
    left join {{ ref('industries') }} as industries
        on profiles.industry_code = industries.code
    left join organisations
        on subjects.customer_id = organisations.organisation_id
    left join members
        on subjects.customer_id = members.customer_id
    left join base
        on
            subjects.customer_id = base.customer_id
            and subjects.as_of_on = base.as_of_on
    left join rfm
        on
            subjects.customer_id = rfm.customer_id
            and subjects.as_of_on = rfm.as_of_on
    {%- for topic in topics %}
    left join {{ ref('int_features__' ~ topic) }} as {{ topic }}
        on
            subjects.customer_id = {{ topic }}.customer_id
            and subjects.as_of_on = {{ topic }}.as_of_on
    {%- endfor %}

)

select * from final
