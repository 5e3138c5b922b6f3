-- grain: one subject whose tags are found, at the latest date or in the review of a past quarter

-- At the latest date by all features, in a review by those that exist for past dates. A view: every reader wants one
-- of the two.
{{ config(materialized='view') }}

{%- set latest = latest_features() %}

with

final as (

    select
        subjects.subject_key,
        {%- for feature in customer_features() %}
        {%- if feature.kind == 'number' %}
        cast(features.{{ feature.name }} as double) as {{ feature.name }},
        {%- else %}
        features.{{ feature.name }},
        {%- endif %}
        {%- endfor %}
        false as is_review
    from {{ ref('customer_features') }} as features
    inner join {{ ref('int_features__subjects') }} as subjects
        on features.customer_id = subjects.customer_id
    where subjects.is_latest

    union all

    select
        subject_key,
        {%- for feature in customer_features() %}
        {%- if feature.name in latest %}
        null as {{ feature.name }},
        {%- elif feature.kind == 'number' %}
        cast({{ feature.name }} as double) as {{ feature.name }},
        {%- else %}
        {{ feature.name }},
        {%- endif %}
        {%- endfor %}
        true as is_review
    from {{ ref('int_features__customers') }}
    where is_review

)

select * from final
