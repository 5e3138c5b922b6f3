-- grain: one month and combination of region, customer group and tier, with the customers that rates count

-- Customers are counted where they stand at the end of the month; `was_` and `kept_` where they stood a year before.

with

months as (

    select
        month_start_on,
        as_of_on,
        -- a rate over a year needs the whole of it
        case when is_complete then {{ add_days(months_before(add_days('as_of_on', 1), 12), -1) }} end
            as year_before_end_on,
        case when is_complete then {{ add_days(months_before(add_days('as_of_on', 1), 3), -1) }} end
            as quarter_before_end_on
    from {{ ref('int_management__months') }}

),

profiles as (

    select
        {{ hashed_number('customer_id') }} as customer_number,
        coalesce(province_code, country, 'unknown') as region
    from {{ ref('int_customers__profiles') }}

),

interacted as (

    select distinct
        cast(date_trunc('month', occurred_at) as date) as month_start_on,
        customer_number
    from {{ ref('int_journey__interactions') }}
    where is_by_record

),

-- a quarter before, without a purchase for the months of the policy
dormant as (

    select
        months.month_start_on,
        months.quarter_before_end_on,
        {{ hashed_number('states.customer_id') }} as customer_number
    from {{ ref('int_value__customer_states') }} as states
    cross join {{ ref('value_policy') }} as policy
    inner join months
        on states.as_of_on = months.quarter_before_end_on
    where
        states.has_purchased
        and states.last_purchase_on <= {{ months_before('months.quarter_before_end_on', 'policy.dormant_months') }}

),

standing as (

    select
        months.month_start_on,
        profiles.region,
        states.customer_group,
        states.value_tier,
        count(*) as standing,
        count(case when states.frequency_12m > 0 then 1 end) as active,
        count(case when states.frequency_12m > 0 and states.purchase_days_12m >= 2 then 1 end) as repeated,
        count(case when states.frequency_12m > 0 and interacted.customer_number is not null then 1 end) as interacted,
        count(dormant.customer_number) as dormant,
        count(case when states.last_purchase_on > dormant.quarter_before_end_on then 1 end) as activated,
        0 as was_active,
        0 as kept
    from {{ ref('int_value__customer_states') }} as states
    inner join months
        on states.as_of_on = months.as_of_on
    left join profiles
        on {{ hashed_number('states.customer_id') }} = profiles.customer_number
    left join interacted
        on
            {{ hashed_number('states.customer_id') }} = interacted.customer_number
            and months.month_start_on = interacted.month_start_on
    left join dormant
        on
            {{ hashed_number('states.customer_id') }} = dormant.customer_number
            and months.month_start_on = dormant.month_start_on
    where states.has_purchased
    group by months.month_start_on, profiles.region, states.customer_group, states.value_tier

),

followed as (

    select
        months.month_start_on,
        profiles.region,
        states.customer_group,
        states.value_tier,
        0 as standing,
        0 as active,
        0 as repeated,
        0 as interacted,
        0 as dormant,
        0 as activated,
        count(*) as was_active,
        count(case when later.frequency_12m > 0 then 1 end) as kept
    from {{ ref('int_value__customer_states') }} as states
    inner join months
        on states.as_of_on = months.year_before_end_on
    inner join {{ ref('int_value__customer_states') }} as later
        on
            {{ hashed_number('states.customer_id') }} = {{ hashed_number('later.customer_id') }}
            and months.as_of_on = later.as_of_on
            and later.has_purchased
    left join profiles
        on {{ hashed_number('states.customer_id') }} = profiles.customer_number
    where states.frequency_12m > 0
    group by months.month_start_on, profiles.region, states.customer_group, states.value_tier

),

counted as (

    select * from standing
    union all
    select * from followed

),

final as (

    select
        month_start_on,
        {%- for measure in [
            'standing', 'active', 'repeated', 'interacted', 'dormant', 'activated', 'was_active', 'kept'
        ] %}
        cast(sum({{ measure }}) as bigint) as {{ measure }},
        {%- endfor %}
        coalesce(region, 'unknown') as region,
        coalesce(customer_group, 'unknown') as customer_group,
        coalesce(value_tier, 'unknown') as value_tier
    from counted
    group by
        month_start_on,
        coalesce(region, 'unknown'),
        coalesce(customer_group, 'unknown'),
        coalesce(value_tier, 'unknown')

)

select * from final
