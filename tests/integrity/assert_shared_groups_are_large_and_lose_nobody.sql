-- Customers by province and kind, as a shared cube would show them: no group is small, and no customer is lost.

with

shared as (

    {{ k_anonymous_groups(ref('customers'), ['province_code', 'customer_kind'], {'net_amount': 'net_amount'}) }}

),

totals as (

    select
        sum(customer_count) as customer_count,
        sum(net_amount) as net_amount,
        min(customer_count) as smallest_count
    from shared

),

expected as (

    select
        count(*) as customer_count,
        sum(net_amount) as net_amount
    from {{ ref('customers') }}

)

select
    totals.customer_count,
    expected.customer_count as expected_count
from totals
cross join expected
cross join {{ ref('privacy_policy') }} as policy
where
    totals.customer_count <> expected.customer_count
    or totals.net_amount <> expected.net_amount
    -- a company with fewer customers than that has one group
    or (totals.smallest_count < policy.minimum_group_size and expected.customer_count >= policy.minimum_group_size)
