-- grain: one known customer and the days on which the steps of the journey were first taken

with

policy as (

    select
        channels.*,
        attribution.counts_same_day
    from {{ ref('channel_policy') }} as channels
    cross join {{ ref('attribution_policy') }} as attribution

),

history as (

    select
        {{ months_before(
            "cast(date_trunc('month', min(documents.ordered_on)) as date)", '-max(cohorts.run_in_months)'
        ) }} as counted_from_on
    from {{ ref('int_orders__documents') }} as documents
    cross join {{ ref('cohort_policy') }} as cohorts

),

states as (

    select
        customer_id,
        {{ hashed_number('customer_id') }} as customer_number,
        customer_group,
        first_contact_on
    from {{ ref('int_value__customer_states') }}
    where is_latest

),

purchase_days as (

    select
        customer_number,
        ordered_on,
        min(ordered_at) as ordered_at,
        row_number() over (partition by customer_number order by ordered_on asc) as day_number
    from {{ ref('int_orders__as_of') }}
    where
        is_purchase
        and is_known_customer
    group by customer_number, ordered_on

),

purchases as (

    select
        purchase_days.customer_number,
        min(case when purchase_days.day_number = 1 then purchase_days.ordered_on end) as decided_on,
        min(case when purchase_days.day_number = 1 then purchase_days.ordered_at end) as decided_at,
        min(case when purchase_days.day_number = 2 then purchase_days.ordered_on end) as repurchased_on,
        {{ add_days(
            "min(case when purchase_days.day_number = 1 then purchase_days.ordered_on end)",
            '-min(policy.journey_window_days)'
        ) }} as touched_after_on
    from purchase_days
    cross join policy
    where purchase_days.day_number <= 2
    group by purchase_days.customer_number

),

dated_touches as (

    select
        touches.customer_number,
        touches.is_interest,
        touches.is_touch,
        cast(touches.occurred_at as date) as touched_on,
        purchases.touched_after_on,
        purchases.decided_at is null as is_undecided,
        {{ touch_precedes_order('touches.occurred_at', 'purchases.decided_at', 'policy.counts_same_day') }}
            as is_before_decision
    from {{ ref('int_journey__touches') }} as touches
    cross join policy
    left join purchases
        on touches.customer_number = purchases.customer_number

),

touched as (

    select
        customer_number,
        min(touched_on) as first_touch_on,
        min(case when is_interest and (is_undecided or is_before_decision) then touched_on end) as interested_on,
        count(case when is_touch and is_before_decision and touched_on > touched_after_on then 1 end) as touch_count
    from dated_touches
    group by customer_number

),

profiles as (

    select * from {{ ref('int_customers__profiles') }}

),

sizes as (

    select * from {{ ref('structure_bands') }}
    where dimension = 'employees'

),

final as (

    select
        states.customer_id,
        states.customer_number,
        coalesce(states.customer_group, 'unknown') as customer_group,
        coalesce(industries.section, 'unknown') as industry,
        coalesce(sizes.band, 'unknown') as employees,
        coalesce(profiles.province_code, 'unknown') as province,
        least(states.first_contact_on, touched.first_touch_on) as aware_on,
        touched.interested_on,
        purchases.decided_on,
        purchases.repurchased_on,
        case when purchases.decided_on is not null then coalesce(touched.touch_count, 0) end as touch_count,
        least(states.first_contact_on, touched.first_touch_on) < history.counted_from_on as is_run_in,
        cast(date_trunc('quarter', least(states.first_contact_on, touched.first_touch_on)) as date) as cohort_start_on
    from states
    cross join history
    inner join profiles
        on states.customer_id = profiles.customer_id
    left join purchases
        on states.customer_number = purchases.customer_number
    left join touched
        on states.customer_number = touched.customer_number
    left join {{ ref('industries') }} as industries
        on profiles.industry_code = industries.code
    left join sizes
        on
            profiles.employees >= sizes.value_from
            and (sizes.value_below is null or profiles.employees < sizes.value_below)

)

select * from final
