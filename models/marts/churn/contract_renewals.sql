-- grain: one contract of a known customer, as of the latest date

-- Listed from 60 days before the end, to be visited from 30 days before (policy). A contract that ran to its end counts
-- as renewed when another names it and was signed by the date, or its system says so.

with

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

policy as (

    select * from {{ ref('churn_policy') }}

),

contracts as (

    select * from {{ ref('int_churn__contracts') }}

),

visits as (

    select
        customer_id,
        occurred_on
    from {{ ref('int_churn__events') }}
    where signal = 'visit'

),

visited as (

    select
        contracts.source_system,
        contracts.contract_no,
        min(visits.occurred_on) as visited_on
    from contracts
    cross join as_of
    cross join policy
    inner join visits
        on
            contracts.customer_id = visits.customer_id
            and {{ add_days('contracts.ended_on', '-policy.renewal_list_days') }} <= visits.occurred_on
            and contracts.ended_on >= visits.occurred_on
            and as_of.as_of_on >= visits.occurred_on
    group by contracts.source_system, contracts.contract_no

),

dated as (

    select
        contracts.*,
        as_of.as_of_on,
        policy.renewal_list_days,
        policy.renewal_visit_days,
        {{ days_from('as_of.as_of_on', 'contracts.ended_on') }} as days_to_end,
        visited.visited_on,
        coalesce(contracts.renewed_on <= as_of.as_of_on, false)
        or coalesce(contracts.status = 'renewed', false) as is_renewed,
        contracts.ended_on < as_of.as_of_on as is_ended
    from contracts
    cross join as_of
    cross join policy
    left join visited
        on
            contracts.source_system = visited.source_system
            and contracts.contract_no = visited.contract_no
    where contracts.signed_on <= as_of.as_of_on

),

final as (

    select
        cast(source_system as string) as source_system,
        cast(contract_no as string) as contract_no,
        cast(customer_id as string) as customer_id,
        cast(account_owner as string) as account_owner,
        cast(amount as decimal(18, 2)) as amount,
        cast(status as string) as source_status,
        cast(
            case
                when is_renewed then 'renewed'
                -- ended early by either side: not a matter of renewal
                when status = 'terminated' then 'terminated'
                when is_ended then 'not_renewed'
                when days_to_end <= renewal_visit_days and visited_on is null then 'visit_due'
                when days_to_end <= renewal_list_days then 'listed'
                else 'running'
            end as string
        ) as renewal_status,
        cast(is_ended as boolean) as is_ended,
        cast(is_renewed as boolean) as is_renewed,
        is_ended and (is_renewed or coalesce(status, '') <> 'terminated') as counts_for_rate,
        cast(days_to_end as integer) as days_to_end,
        cast(signed_on as date) as signed_on,
        cast(started_on as date) as started_on,
        cast(ended_on as date) as ended_on,
        cast({{ add_days('ended_on', '-renewal_list_days') }} as date) as listed_from_on,
        cast({{ add_days('ended_on', '-renewal_visit_days') }} as date) as visit_from_on,
        cast(visited_on as date) as visited_on,
        cast(case when is_renewed then renewed_on end as date) as renewed_on,
        cast(as_of_on as date) as as_of_on
    from dated

)

select * from final
