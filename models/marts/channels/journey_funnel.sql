-- grain: one quarter of first contacts (or all of them), member of a dimension and step of the journey

-- A step is entered by whoever took it or a later one; `recorded_count` took it on a day that is known. Customers whose
-- first contact lies before the history, or in its run-in months, are in rows of their quarters (`is_run_in`) and not
-- in the rows over all quarters: what they did before was kept by nobody.

{%- set dimensions = ['customer_group', 'industry', 'employees', 'province'] %}
{%- set steps = {'awareness': 'aware_on', 'interest': 'interested_on', 'decision': 'decided_on',
    'repurchase': 'repurchased_on'} %}

with

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

policy as (

    select * from {{ ref('channel_policy') }}

),

customers as (

    select
        customers.*,
        case
            when customers.repurchased_on is not null then 4
            when customers.decided_on is not null then 3
            when customers.interested_on is not null then 2
            else 1
        end as furthest_rank,
        {{ add_days('customers.aware_on', 'policy.journey_window_days') }} as window_end_on
    from {{ ref('int_journey__customers') }} as customers
    cross join policy

),

cohorts as (

    select
        'quarter' as cohort_kind,
        cohort_start_on,
        customer_id
    from customers

    union all

    select
        'all' as cohort_kind,
        min(cohort_start_on) over () as cohort_start_on,
        customer_id
    from customers
    where not is_run_in

),

members as (

    select
        'all' as dimension,
        'all' as member,
        customer_id
    from customers
    {%- for dimension in dimensions %}

    union all

    select
        '{{ dimension }}' as dimension,
        {{ dimension }} as member,
        customer_id
    from customers
    {%- endfor %}

),

placed as (

    select
        cohorts.cohort_kind,
        cohorts.cohort_start_on,
        members.dimension,
        members.member,
        customers.furthest_rank,
        {%- for taken_on in steps.values() %}
        customers.{{ taken_on }},
        {%- endfor %}
        customers.touch_count,
        customers.is_run_in,
        customers.window_end_on <= as_of.as_of_on as is_mature,
        customers.window_end_on
    from customers
    cross join as_of
    inner join cohorts
        on customers.customer_id = cohorts.customer_id
    inner join members
        on customers.customer_id = members.customer_id

),

stepped as (

    {%- for step, taken_on in steps.items() %}
    {%- set after = (steps.values() | list)[loop.index:] %}
    select
        cohort_kind,
        cohort_start_on,
        dimension,
        member,
        '{{ step }}' as journey_step,
        bool_or(is_run_in) as is_run_in,
        count(case when furthest_rank >= {{ loop.index }} then 1 end) as entered_count,
        count({{ taken_on }}) as recorded_count,
        {%- if after %}
        count(case when furthest_rank > {{ loop.index }} then 1 end) as converted_count,
        count(case when is_mature and furthest_rank >= {{ loop.index }} then 1 end) as mature_count,
        {%- set next_on = 'least(' ~ after | join(', ') ~ ')' if after | length > 1 else after[0] %}
        count(case when is_mature and {{ next_on }} <= window_end_on then 1 end) as mature_converted_count,
        count(case when {{ taken_on }} <= {{ after[0] }} then 1 end) as timed_count,
        percentile_cont(0.5) within group (order by cast(
            case when {{ taken_on }} <= {{ after[0] }} then {{ days_from(taken_on, after[0]) }} end as double
        )) as median_days,
        {%- else %}
        cast(null as bigint) as converted_count,
        cast(null as bigint) as mature_count,
        cast(null as bigint) as mature_converted_count,
        cast(null as bigint) as timed_count,
        cast(null as double) as median_days,
        {%- endif %}
        {%- if step == 'decision' %}
        count(touch_count) as touched_count,
        percentile_cont(0.5) within group (order by cast(touch_count as double)) as median_touches,
        avg(touch_count) as mean_touches
        {%- else %}
        cast(null as bigint) as touched_count,
        cast(null as double) as median_touches,
        cast(null as double) as mean_touches
        {%- endif %}
    from placed
    group by cohort_kind, cohort_start_on, dimension, member
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

labels as (

    select
        'customer_group' as dimension,
        customer_group as member,
        label_zh,
        label_en
    from {{ ref('customer_group_labels') }}

    union all

    select
        'industry' as dimension,
        code as member,
        label_zh,
        label_en
    from {{ ref('industries') }}

    union all

    select
        dimension,
        band as member,
        label_zh,
        label_en
    from {{ ref('structure_bands') }}
    where dimension = 'employees'

    union all

    select
        'province' as dimension,
        code as member,
        label_zh,
        label_en
    from {{ ref('administrative_divisions') }}

),

final as (

    select
        cast(stepped.cohort_kind as string) as cohort_kind,
        cast(stepped.cohort_start_on as date) as cohort_start_on,
        cast(stepped.dimension as string) as dimension,
        cast(stepped.member as string) as member,
        cast(
            case stepped.member
                when 'all' then '全部'
                when 'unknown' then {{ unknown_label('zh') }}
                else coalesce(labels.label_zh, stepped.member)
            end as string
        ) as member_zh,
        cast(
            case stepped.member
                when 'all' then 'All'
                when 'unknown' then {{ unknown_label('en') }}
                else coalesce(labels.label_en, stepped.member)
            end as string
        ) as member_en,
        cast(stepped.journey_step as string) as journey_step,
        cast(steps.label_zh as string) as journey_step_zh,
        cast(steps.label_en as string) as journey_step_en,
        cast(steps.step_rank as integer) as step_rank,
        stepped.is_run_in,
        cast(stepped.entered_count as bigint) as entered_count,
        cast(stepped.recorded_count as bigint) as recorded_count,
        cast(stepped.converted_count as bigint) as converted_count,
        cast(stepped.converted_count / cast(nullif(stepped.entered_count, 0) as double) as double) as conversion_rate,
        cast(stepped.entered_count - stepped.converted_count as bigint) as drop_off_count,
        cast(stepped.mature_count as bigint) as mature_count,
        cast(stepped.mature_converted_count as bigint) as mature_converted_count,
        cast(stepped.mature_converted_count / cast(nullif(stepped.mature_count, 0) as double) as double)
            as mature_conversion_rate,
        cast(stepped.timed_count as bigint) as timed_count,
        cast(stepped.median_days as double) as median_days,
        cast(stepped.touched_count as bigint) as touched_count,
        cast(stepped.median_touches as double) as median_touches,
        cast(stepped.mean_touches as double) as mean_touches,
        {%- for bound in ['from', 'to'] %}
        cast(
            case
                when stepped.member = policy.reference_touches_group and stepped.journey_step = 'decision'
                    then policy.reference_touches_{{ bound }}
            end as double
        ) as reference_touches_{{ bound }},
        {%- endfor %}
        cast(as_of.as_of_on as date) as as_of_on
    from stepped
    cross join as_of
    cross join policy
    inner join {{ ref('journey_steps') }} as steps
        on stepped.journey_step = steps.journey_step
    left join labels
        on
            stepped.dimension = labels.dimension
            and stepped.member = labels.member

)

select * from final
