-- grain: one month in which contracts ended: how many were renewed

with

ended as (

    select
        cast(date_trunc('month', ended_on) as date) as month_start_on,
        as_of_on,
        amount,
        is_renewed,
        visited_on
    from {{ ref('contract_renewals') }}
    where counts_for_rate

),

months as (

    select
        month_start_on,
        as_of_on,
        count(*) as contract_count,
        count(case when is_renewed then 1 end) as renewed_count,
        count(visited_on) as visited_count,
        sum(case when is_renewed then amount else 0 end) as renewed_amount
    from ended
    group by month_start_on, as_of_on

),

years as (

    select
        months.month_start_on,
        sum(earlier.contract_count) as contract_count,
        sum(earlier.renewed_count) as renewed_count
    from months
    inner join months as earlier
        on
            {{ months_before('months.month_start_on', 12) }} < earlier.month_start_on
            and months.month_start_on >= earlier.month_start_on
    group by months.month_start_on

),

final as (

    select
        cast(months.month_start_on as date) as month_start_on,
        cast(months.contract_count as bigint) as contract_count,
        cast(months.renewed_count as bigint) as renewed_count,
        cast(months.renewed_count / cast(months.contract_count as double) as double) as renewal_rate,
        cast(years.renewed_count / cast(years.contract_count as double) as double) as renewal_rate_12m,
        cast(months.visited_count / cast(months.contract_count as double) as double) as visited_share,
        cast(months.renewed_amount as decimal(18, 2)) as renewed_amount,
        cast(policy.reference_renewal_rate as double) as reference_rate,
        cast(months.as_of_on as date) as as_of_on
    from months
    inner join years
        on months.month_start_on = years.month_start_on
    cross join {{ ref('churn_policy') }} as policy

)

select * from final
