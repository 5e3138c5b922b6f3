-- grain: one end of a month (or the as-of date) and one member of one dimension: complaints of 12 months

-- Base: customers of the segment with a purchase in the 12 months; for a type of complaint all of them. Complaints that
-- name nobody are in no segment (`unknown`) and have no rate. Best: the lowest rate among members of sufficient base.

{%- set segments = ['customer_group', 'value_tier', 'province'] %}

with

dates as (

    select
        as_of_on,
        is_latest,
        {{ months_before('as_of_on', 12) }} as start_on
    from {{ ref('int_value__as_of_dates') }}
    where
        is_latest
        or is_reported

),

-- that there are none is known where somebody writes them down
told as (

    select coalesce(bool_or(is_complaint is not null), false) as has_complaints
    from {{ ref('int_service__tickets') }}

),

policy as (

    select minimum_base from {{ ref('service_policy') }}

),

complaints as (

    select
        created_on,
        coalesce(customer_group, 'unknown') as customer_group,
        coalesce(value_tier, 'unknown') as value_tier,
        coalesce(province_code, 'unknown') as province,
        coalesce(complaint_type, 'unknown') as complaint_type,
        count(*) as complaint_count
    from {{ ref('int_service__tickets') }}
    where is_complaint
    group by created_on, customer_group, value_tier, province_code, complaint_type

),

active as (

    select
        states.as_of_on,
        coalesce(states.customer_group, 'unknown') as customer_group,
        coalesce(states.value_tier, 'unknown') as value_tier,
        coalesce(profiles.province_code, 'unknown') as province,
        count(*) as active_count
    from {{ ref('int_value__customer_states') }} as states
    inner join {{ ref('int_customers__profiles') }} as profiles
        on states.customer_id = profiles.customer_id
    where
        states.frequency_12m > 0
        and (states.is_latest or states.is_reported)
    group by states.as_of_on, states.customer_group, states.value_tier, profiles.province_code

),

yearly as (

    select
        dates.as_of_on,
        complaints.customer_group,
        complaints.value_tier,
        complaints.province,
        complaints.complaint_type,
        sum(complaints.complaint_count) as complaint_count
    from complaints
    inner join dates
        on
            complaints.created_on > dates.start_on
            and complaints.created_on <= dates.as_of_on
    group by
        dates.as_of_on,
        complaints.customer_group, complaints.value_tier, complaints.province, complaints.complaint_type

),

complained as (

    {%- for dimension in segments + ['complaint_type'] %}
    select
        as_of_on,
        '{{ dimension }}' as dimension,
        {{ dimension }} as member,
        sum(complaint_count) as complaint_count
    from yearly
    group by as_of_on, {{ dimension }}

    union all
    {% endfor %}
    select
        as_of_on,
        'all' as dimension,
        'all' as member,
        sum(complaint_count) as complaint_count
    from yearly
    group by as_of_on

),

everybody as (

    select
        as_of_on,
        sum(active_count) as active_count
    from active
    group by as_of_on

),

bases as (

    {%- for dimension in segments %}
    select
        as_of_on,
        '{{ dimension }}' as dimension,
        {{ dimension }} as member,
        sum(active_count) as active_count
    from active
    group by as_of_on, {{ dimension }}

    union all
    {% endfor %}
    select
        as_of_on,
        'all' as dimension,
        'all' as member,
        active_count
    from everybody

    union all

    select
        types.as_of_on,
        types.dimension,
        types.member,
        everybody.active_count
    from complained as types
    inner join everybody
        on
            types.as_of_on = everybody.as_of_on
            and types.dimension = 'complaint_type'

),

rated as (

    select
        coalesce(bases.as_of_on, complained.as_of_on) as as_of_on,
        coalesce(bases.dimension, complained.dimension) as dimension,
        coalesce(bases.member, complained.member) as member,
        case when told.has_complaints then coalesce(complained.complaint_count, 0) end as complaint_count,
        bases.active_count,
        case
            when told.has_complaints and coalesce(bases.member, complained.member) <> 'unknown'
                then 1000 * coalesce(complained.complaint_count, 0) / cast(nullif(bases.active_count, 0) as double)
        end as per_1000
    from bases
    full outer join complained
        on
            bases.as_of_on = complained.as_of_on
            and bases.dimension = complained.dimension
            and bases.member = complained.member
    cross join told

),

compared as (

    select
        rated.*,
        coalesce(rated.active_count < policy.minimum_base, true) as is_low_base,
        min(case when rated.active_count >= policy.minimum_base and rated.per_1000 > 0 then rated.per_1000 end)
            over (partition by rated.as_of_on, rated.dimension) as best_per_1000
    from rated
    cross join policy

),

labels as (

    select * from {{ ref('int_service__segment_labels') }}

),

final as (

    select
        cast(compared.as_of_on as date) as as_of_on,
        cast(compared.dimension as string) as dimension,
        cast(compared.member as string) as member,
        {{ member_label('compared.member', 'labels.label_zh', 'zh') }} as member_zh,
        {{ member_label('compared.member', 'labels.label_en', 'en') }} as member_en,
        cast(dates.is_latest as boolean) as is_latest,
        cast(compared.complaint_count as bigint) as complaint_count,
        cast(coalesce(compared.active_count, 0) as bigint) as active_count,
        cast(compared.is_low_base as boolean) as is_low_base,
        cast(compared.per_1000 as double) as complaints_per_1000,
        cast(compared.best_per_1000 as double) as best_per_1000,
        cast(compared.per_1000 / nullif(compared.best_per_1000, 0) as double) as ratio_to_best
    from compared
    inner join dates
        on compared.as_of_on = dates.as_of_on
    left join labels
        on
            compared.dimension = labels.dimension
            and compared.member = labels.member

)

select * from final
