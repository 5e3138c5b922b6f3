-- grain: one known customer and one date as of which its features are measured

-- Everybody at the latest date; at the ends of the last quarters (policy) a draw, by which tags are reviewed. It goes
-- by the id alone: the same customers are looked at in every quarter.

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

final as (

    select
        states.customer_id,
        states.as_of_on,
        dates.is_latest,
        dates.is_review and drawn.draw_number <= policy.review_customers as is_review,
        drawn.draw_number <= policy.review_customers as is_drawn,
        {{ add_days('states.as_of_on', -90) }} as start_90d_on,
        {%- for months in [3, 6, 9, 12, 24] %}
        {{ months_before('states.as_of_on', months) }} as start_{{ months }}m_on,
        {%- endfor %}
        {{ months_before('states.as_of_on', 36) }} as start_36m_on
    from {{ ref('int_value__customer_states') }} as states
    inner join dates
        on states.as_of_on = dates.as_of_on
    inner join drawn
        on states.customer_id = drawn.customer_id
    cross join policy
    where
        dates.is_latest
        or (dates.is_review and drawn.draw_number <= policy.review_customers)

)

select * from final
