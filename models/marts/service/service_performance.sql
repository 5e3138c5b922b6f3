-- grain: one month and one member of one dimension (category, complaint type, channel, tier, agent, store ...)

-- Tickets by the month in which they were opened. Counts and sums can be added up over months; every mean and rate
-- stands beside its base.

{%- set dimensions = [
    'category', 'complaint_type', 'channel', 'touch_point', 'customer_group', 'value_tier', 'province', 'store',
    'agent',
] %}

with

tickets as (

    select
        *,
        province_code as province,
        store_code as store,
        agent_id as agent,
        cast('all' as string) as everything
    from {{ ref('int_service__tickets') }}

),

measured as (

    {%- for dimension in ['everything'] + dimensions %}
    select
        month_start_on,
        '{{ 'all' if dimension == 'everything' else dimension }}' as dimension,
        coalesce({{ dimension }}, 'unknown') as member,
        count(*) as ticket_count,
        count(case when is_complaint then 1 end) as complaint_count,
        count(response_hours) as response_count,
        {{ exact_sum('response_hours') }} as response_hours,
        count(case when is_complaint then response_hours end) as complaint_response_count,
        {{ exact_sum('case when is_complaint then response_hours end') }} as complaint_response_hours,
        count(resolution_days) as resolution_count,
        {{ exact_sum('resolution_days') }} as resolution_days,
        count(case when is_complaint then resolution_days end) as complaint_resolution_count,
        {{ exact_sum('case when is_complaint then resolution_days end') }} as complaint_resolution_days,
        count(case when is_complaint and customer_id is not null then 1 end) as named_complaint_count,
        count(case when is_repeated then 1 end) as repeated_complaint_count,
        count(case when is_complaint then satisfaction end) as handling_rating_count,
        count(case when is_complaint and is_satisfied then 1 end) as handling_satisfied_count
    from tickets
    {%- if dimension in ('complaint_type',) %}
    where is_complaint
    {%- elif dimension in ('store', 'agent') %}
    where {{ dimension }} is not null
    {%- endif %}
    group by month_start_on, {{ dimension }}
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

labels as (

    select * from {{ ref('int_service__segment_labels') }}

),

benchmarks as (

    select * from {{ ref('int_marketing__references') }}
    where segment_kind = 'all'

),

final as (

    select
        cast(measured.month_start_on as date) as month_start_on,
        cast(measured.dimension as string) as dimension,
        cast(measured.member as string) as member,
        {{ member_label('measured.member', 'labels.label_zh', 'zh') }} as member_zh,
        {{ member_label('measured.member', 'labels.label_en', 'en') }} as member_en,
        cast(measured.ticket_count as bigint) as ticket_count,
        cast(measured.complaint_count as bigint) as complaint_count,
        {%- for step, unit in [
            ('response', 'hours'), ('resolution', 'days'),
            ('complaint_response', 'hours'), ('complaint_resolution', 'days'),
        ] %}
        {%- set figure = step ~ '_' ~ unit %}
        cast(measured.{{ step }}_count as bigint) as {{ step }}_count,
        cast(measured.{{ figure }} as double) as {{ figure }}_sum,
        cast(measured.{{ figure }} / nullif(measured.{{ step }}_count, 0) as double) as {{ figure }},
        {%- endfor %}
        cast(
            measured.complaint_resolution_count / cast(nullif(measured.complaint_count, 0) as double) as double
        ) as complaint_resolution_rate,
        cast(measured.named_complaint_count as bigint) as named_complaint_count,
        cast(measured.repeated_complaint_count as bigint) as repeated_complaint_count,
        cast(
            measured.repeated_complaint_count / cast(nullif(measured.named_complaint_count, 0) as double) as double
        ) as repeated_complaint_share,
        cast(measured.handling_rating_count as bigint) as handling_rating_count,
        cast(measured.handling_satisfied_count as bigint) as handling_satisfied_count,
        cast(
            measured.handling_satisfied_count / cast(nullif(measured.handling_rating_count, 0) as double) as double
        ) as handling_satisfaction,
        cast(days.reference as double) as reference_resolution_days,
        cast(goal.reference as double) as target_resolution_days,
        cast(handling.reference as double) as reference_handling_satisfaction
    from measured
    left join labels
        on
            measured.dimension = labels.dimension
            and measured.member = labels.member
    left join benchmarks as days
        on days.metric = 'resolution_days'
    left join {{ ref('int_marketing__references') }} as goal
        on
            goal.metric = 'resolution_days'
            and goal.segment_kind = 'target'
    left join benchmarks as handling
        on handling.metric = 'handling_satisfaction'

)

select * from final
