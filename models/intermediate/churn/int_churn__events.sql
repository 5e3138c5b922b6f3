-- grain: one thing that a customer did or said, and the span of time in which it was known

-- `hits` is how often, `amount` what a mean is taken of: money, unused coupons, opened mails, a rating from 1 to 5.
-- A mail counts a week after it was sent, a coupon when it was used or ran out.
{{ config(materialized='view') }}

with

ids as (

    select
        source_system,
        source_customer_id,
        customer_id
    from {{ ref('int_customers__ids') }}

),

policy as (

    select * from {{ ref('churn_policy') }}

),

reported as (

    select
        source_system,
        source_customer_id,
        case
            when family = 'behaviour' and interaction_type = 'compare' then 'comparison'
            when family = 'behaviour' then 'activity'
            when family = 'offline' and interaction_type = 'visit' then 'visit'
            when family = 'social' then 'social'
        end as signal,
        cast(occurred_at as date) as occurred_on,
        1 as amount
    from {{ ref('input__interactions') }}

    union all

    select
        interactions.source_system,
        interactions.source_customer_id,
        'negative_mention' as signal,
        cast(interactions.occurred_at as date) as occurred_on,
        1 as amount
    from {{ ref('input__interactions') }} as interactions
    cross join policy
    where
        interactions.family = 'social'
        and try_cast(interactions.sentiment as double) < policy.negative_sentiment_below

    union all

    select
        source_system,
        source_customer_id,
        'complaint' as signal,
        cast(created_at as date) as occurred_on,
        1 as amount
    from {{ ref('input__tickets') }}
    where is_complaint

    union all

    select
        source_system,
        source_customer_id,
        'rating' as signal,
        cast(coalesce(resolved_at, created_at) as date) as occurred_on,
        satisfaction as amount
    from {{ ref('input__tickets') }}
    where satisfaction is not null

    union all

    select
        source_system,
        source_customer_id,
        'rating' as signal,
        cast(answered_at as date) as occurred_on,
        {{ rating_of_5('score', 'scale_max') }} as amount
    from {{ ref('input__surveys') }}
    where score is not null

    union all

    select
        source_system,
        source_customer_id,
        'mail' as signal,
        {{ add_days('cast(sent_at as date)', 7) }} as occurred_on,
        case when cast(opened_at as date) <= {{ add_days('cast(sent_at as date)', 7) }} then 1 else 0 end as amount
    from {{ ref('input__campaign_contacts') }}
    where sent_at is not null

    union all

    select
        source_system,
        source_customer_id,
        'coupon' as signal,
        coalesce(cast(used_at as date), expires_on) as occurred_on,
        case when used_at is null then 1 else 0 end as amount
    from {{ ref('input__coupons') }}

),

final as (

    select
        customer_id,
        'purchase' as signal,
        ordered_on as occurred_on,
        valid_from_on,
        valid_to_on,
        order_count as hits,
        cast(purchase_amount as double) as amount
    from {{ ref('int_value__day_versions') }}
    where order_count > 0

    union all

    select
        ids.customer_id,
        reported.signal,
        reported.occurred_on,
        reported.occurred_on as valid_from_on,
        cast('9999-12-31' as date) as valid_to_on,
        1 as hits,
        cast(reported.amount as double) as amount
    from reported
    inner join ids
        on
            reported.source_system = ids.source_system
            and reported.source_customer_id = ids.source_customer_id
    where
        reported.signal is not null
        and reported.occurred_on is not null
        and reported.amount is not null

)

select * from final
