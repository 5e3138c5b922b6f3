-- grain: one value tier and customer group, as of the latest date or an origin of the back-test

-- Of the customers who stood in tier and group 12 months before the last month's end, the share that has ordered since:
-- retention, and for the inactive tier reactivation. Under 20 customers the tier's rate is taken, then the company's,
-- then the policy's; `retention_basis` says which.

with

states as (

    select
        customer_id,
        as_of_on,
        customer_group,
        value_tier,
        frequency_12m > 0 as has_ordered
    from {{ ref('int_value__customer_states') }}
    where
        is_month_end
        and has_purchased

),

spans as (

    select
        as_of_on,
        month_end_on,
        {{ add_days(months_before(add_days('month_end_on', 1), 12), -1) }} as earlier_on
    from {{ ref('int_value__model_dates') }}

),

followed as (

    select
        spans.as_of_on,
        earlier.customer_group,
        earlier.value_tier,
        earlier.has_ordered as was_active,
        later.has_ordered
    from spans
    inner join states as earlier
        on spans.earlier_on = earlier.as_of_on
    inner join states as later
        on
            earlier.customer_id = later.customer_id
            and spans.month_end_on = later.as_of_on

),

cells as (

    select
        as_of_on,
        customer_group,
        value_tier,
        count(*) as customer_count,
        avg(case when has_ordered then 1.0 else 0.0 end) as rate
    from followed
    group by as_of_on, customer_group, value_tier

),

tier_rates as (

    select
        as_of_on,
        value_tier,
        count(*) as customer_count,
        avg(case when has_ordered then 1.0 else 0.0 end) as rate
    from followed
    group by as_of_on, value_tier

),

company_rates as (

    select
        as_of_on,
        count(*) as customer_count,
        avg(case when has_ordered then 1.0 else 0.0 end) as rate
    from followed
    where was_active
    group by as_of_on

),

final as (

    select
        spans.as_of_on,
        tiers.value_tier,
        labels.customer_group,
        coalesce(cells.customer_count, 0) as customer_count,
        cells.rate as measured_rate,
        case
            when cells.customer_count >= policy.minimum_group_customers then cells.rate
            when tier_rates.customer_count >= policy.minimum_group_customers then tier_rates.rate
            when company_rates.customer_count >= policy.minimum_group_customers then company_rates.rate
            else policy.retention_rate
        end as retention_rate,
        case
            when cells.customer_count >= policy.minimum_group_customers then 'tier and group'
            when tier_rates.customer_count >= policy.minimum_group_customers then 'tier'
            when company_rates.customer_count >= policy.minimum_group_customers then 'company'
            else 'policy'
        end as retention_basis
    from spans
    cross join {{ ref('value_tiers') }} as tiers
    cross join {{ ref('customer_group_labels') }} as labels
    cross join {{ ref('clv_policy') }} as policy
    left join cells
        on
            spans.as_of_on = cells.as_of_on
            and tiers.value_tier = cells.value_tier
            and labels.customer_group = cells.customer_group
    left join tier_rates
        on
            spans.as_of_on = tier_rates.as_of_on
            and tiers.value_tier = tier_rates.value_tier
    left join company_rates
        on spans.as_of_on = company_rates.as_of_on

)

select * from final
