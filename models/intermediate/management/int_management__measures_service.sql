-- grain: one KPI of service in one month for one segment (`all`: the company), with its numerator and base

with

satisfaction as (

    select
        *,
        case dimension when 'province' then 'region' else dimension end as segment_kind
    from {{ ref('satisfaction_scores') }}
    where
        period_kind = 'month'
        and dimension in ('all', 'province', 'customer_group', 'value_tier')

),

service as (

    select
        *,
        case dimension when 'province' then 'region' else dimension end as segment_kind
    from {{ ref('service_performance') }}
    where dimension in ('all', 'province', 'customer_group', 'value_tier')

),

final as (

    {%- for kpi, numerator in [('nps', var('measures').net_promoters), ('csat', 'satisfied_count')] %}
    select
        '{{ kpi }}' as kpi,
        period_start_on as month_start_on,
        segment_kind,
        member as segment,
        cast({{ numerator }} as double) as numerator,
        cast(answer_count as double) as base
    from satisfaction
    where measure = '{{ kpi }}'

    union all
    {% endfor %}
    {%- for kpi, numerator, base in [
        ('response_hours', 'response_hours_sum', 'response_count'),
        ('complaint_resolution_days', 'complaint_resolution_days_sum', 'complaint_resolution_count'),
        ('complaint_resolution_rate', 'complaint_resolution_count', 'complaint_count'),
    ] %}
    select
        '{{ kpi }}' as kpi,
        month_start_on,
        segment_kind,
        member as segment,
        cast({{ numerator }} as double) as numerator,
        cast({{ base }} as double) as base
    from service

    union all
    {% endfor %}
    select
        'response_hours_high' as kpi,
        month_start_on,
        'all' as segment_kind,
        'all' as segment,
        cast(response_hours_sum as double) as numerator,
        cast(response_count as double) as base
    from service
    where
        segment_kind = 'value_tier'
        and member = 'high'

    union all

    select
        'self_service' as kpi,
        month_start_on,
        'all' as segment_kind,
        'all' as segment,
        cast(numerator as double) as numerator,
        cast(base as double) as base
    from {{ ref('self_service_rates') }}
    where
        measure = 'platform_usage'
        and status = 'measured'

)

select * from final
