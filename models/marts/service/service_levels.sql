-- grain: one month and one service level of the policy

-- A ticket that has waited longer than the limit without an answer has missed it; one that may still make it is not
-- in the base. Means are over those answered or resolved.

with

policy as (

    select * from {{ ref('service_level_policy') }}

),

tickets as (

    select * from {{ ref('int_service__tickets') }}

),

valued as (

    select
        tickets.month_start_on,
        policy.service_level,
        policy.statistic,
        policy.limit_value,
        case policy.measure
            when 'response_hours' then tickets.response_hours
            when 'resolution_days' then tickets.resolution_days
            when 'wait_seconds' then tickets.wait_seconds
            when 'is_resolved' then case when tickets.is_resolved then 1 else 0 end
        end as value,
        case policy.measure
            when 'response_hours' then tickets.age_hours
            when 'resolution_days' then tickets.age_hours / 24
        end as waited
    from tickets
    inner join policy
        on
            (policy.value_tier is null or tickets.value_tier = policy.value_tier)
            and (policy.channel is null or tickets.channel = policy.channel)
            and (not policy.complaints_only or tickets.is_complaint)

),

counted as (

    select
        month_start_on,
        service_level,
        sum(
            case
                when value is not null then 1
                when statistic = 'share_within' and waited > limit_value then 1
                else 0
            end
        ) as base_count,
        {{ exact_sum(
            "case statistic when 'share_within' then case when value <= limit_value then 1 else 0 end"
            ~ " when 'share' then value end"
        ) }} as met_count,
        {{ exact_sum("case when statistic = 'mean' then value end") }} as value_sum
    from valued
    group by month_start_on, service_level

),

rated as (

    select
        counted.*,
        case
            when policy.statistic = 'mean' then counted.value_sum
            else counted.met_count
        end / cast(nullif(counted.base_count, 0) as double) as figure,
        policy.measure,
        policy.statistic,
        policy.direction,
        policy.value_tier,
        policy.channel,
        policy.limit_value,
        policy.target,
        policy.unit,
        policy.label_zh,
        policy.label_en
    from counted
    inner join policy
        on counted.service_level = policy.service_level

),

final as (

    select
        cast(month_start_on as date) as month_start_on,
        cast(service_level as string) as service_level,
        cast(label_zh as string) as service_level_zh,
        cast(label_en as string) as service_level_en,
        cast(value_tier as string) as value_tier,
        cast(channel as string) as channel,
        cast(measure as string) as measure,
        cast(statistic as string) as statistic,
        cast(unit as string) as unit,
        cast(limit_value as double) as limit_value,
        cast(base_count as bigint) as base_count,
        cast(met_count as bigint) as met_count,
        cast(value_sum as double) as value_sum,
        cast(figure as double) as figure,
        cast(target as double) as target,
        cast(case direction when 'at_least' then figure >= target else figure <= target end as boolean) as is_met
    from rated

)

select * from final
