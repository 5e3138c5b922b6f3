-- grain: one subject: a known customer and one date as of which its features are measured, with its value on that date

-- Everybody at the latest date; at the ends of the last quarters (policy) a draw, by which tags are reviewed. It goes
-- by the id alone: the same customers are looked at in every quarter. The key is a number of this build.

with

policy as (

    select * from {{ ref('tag_policy') }}

),

dates as (

    select
        dates.as_of_on,
        dates.is_latest,
        dates.is_month_end
        and extract(month from dates.as_of_on) in (3, 6, 9, 12)
        and dates.as_of_on > {{ months_before('latest.as_of_on', '3 * policy.review_quarters') }} as is_review
    from {{ ref('int_value__as_of_dates') }} as dates
    inner join {{ ref('int_value__as_of_dates') }} as latest
        on latest.is_latest
    cross join policy

),

drawn as (

    select
        profiles.customer_id,
        row_number() over (order by md5(profiles.customer_id) asc, profiles.customer_id asc) as draw_number
    from {{ ref('int_customers__profiles') }} as profiles

),

base as (

    select * from {{ ref('int_value__base_features') }}

),

rfm as (

    select * from {{ ref('int_value__rfm_classes') }}
    where window_months = 12

),

subjects as (

    select
        states.customer_id,
        states.as_of_on,
        states.customer_kind,
        states.customer_group,
        states.lifecycle_stage,
        states.value_tier,
        states.abc_class,
        states.has_purchased,
        states.gift_share_24m,
        states.order_value_12m,
        states.first_contact_on,
        dates.is_latest,
        dates.is_review and drawn.draw_number <= policy.review_customers as is_review,
        drawn.draw_number <= policy.review_customers as is_drawn,
        drawn.draw_number
    from {{ ref('int_value__customer_states') }} as states
    inner join dates
        on states.as_of_on = dates.as_of_on
    inner join drawn
        on states.customer_id = drawn.customer_id
    cross join policy
    where
        dates.is_latest
        or (dates.is_review and drawn.draw_number <= policy.review_customers)

),

numbered as (

    select
        row_number() over (order by subjects.as_of_on desc, subjects.draw_number asc) as subject_key,
        subjects.customer_id,
        subjects.as_of_on,
        subjects.is_latest,
        subjects.is_review,
        subjects.is_drawn,
        {{ add_days('subjects.as_of_on', -90) }} as start_90d_on,
        {%- for months in [3, 6, 9, 12, 24, 36] %}
        {{ months_before('subjects.as_of_on', months) }} as start_{{ months }}m_on,
        {%- endfor %}
        subjects.customer_kind,
        subjects.customer_group,
        subjects.lifecycle_stage,
        subjects.value_tier,
        subjects.abc_class,
        subjects.has_purchased,
        subjects.gift_share_24m,
        subjects.order_value_12m,
        {{ days_from('subjects.first_contact_on', 'subjects.as_of_on') }} as tenure_days,
        base.recency_days,
        cast(base.order_count as bigint) as order_count,
        cast(base.frequency_12m as bigint) as order_count_12m,
        cast(base.net_amount as decimal(18, 2)) as net_amount,
        cast(base.net_amount_12m as decimal(18, 2)) as net_amount_12m,
        {{ signed_share('base.margin_amount_12m', 'base.net_amount_12m') }} as margin_share_12m,
        base.first_purchase_on,
        base.purchase_days,
        base.frequency_3m,
        base.net_amount_3m,
        rfm.rfm_class,
        rfm.action_group,
        rfm.recency_score,
        rfm.frequency_score,
        rfm.monetary_score
    from subjects
    left join base
        on
            subjects.customer_id = base.customer_id
            and subjects.as_of_on = base.as_of_on
    left join rfm
        on
            subjects.customer_id = rfm.customer_id
            and subjects.as_of_on = rfm.as_of_on

),

quartered as (

    -- quarters of the latest 12 months in which the customer was there; before half a year, or with one purchase alone,
    -- there is no mean to rise or fall from
    select
        *,
        case
            when first_purchase_on <= start_12m_on then 4.0
            when first_purchase_on <= start_6m_on and purchase_days > 1
                then {{ days_from('first_purchase_on', 'as_of_on') }} * 4.0 / 365
        end as quarters
    from numbered

),

final as (

    select
        subject_key,
        customer_id,
        as_of_on,
        is_latest,
        is_review,
        is_drawn,
        start_90d_on,
        {%- for months in [3, 6, 9, 12, 24, 36] %}
        start_{{ months }}m_on,
        {%- endfor %}
        customer_kind,
        customer_group,
        lifecycle_stage,
        value_tier,
        abc_class,
        has_purchased,
        gift_share_24m,
        order_value_12m,
        tenure_days,
        recency_days,
        order_count,
        order_count_12m,
        net_amount,
        net_amount_12m,
        margin_share_12m,
        -- the latest quarter against the mean quarter
        frequency_3m * quarters / nullif(order_count_12m, 0) as order_trend,
        case when net_amount_12m > 0 then net_amount_3m * quarters / net_amount_12m end as amount_trend,
        rfm_class,
        action_group,
        recency_score,
        frequency_score,
        monetary_score
    from quartered

)

select * from final
