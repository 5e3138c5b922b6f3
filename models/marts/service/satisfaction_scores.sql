-- grain: one period, one measure and one member of one dimension (group, tier, province, touch point, agent ...)

-- NPS is the share of promoters less that of detractors, in points; the others are the share who gave 4 or 5 (policy).
-- Periods are months, quarters, years, and the 12 months up to the as-of date.

{%- set dimensions = ['customer_group', 'value_tier', 'province', 'touch_point', 'channel', 'store', 'agent'] %}

with

ratings as (

    select
        *,
        province_code as province,
        store_code as store,
        agent_id as agent,
        cast('all' as string) as everything
    from {{ ref('int_service__ratings') }}

),

as_of as (

    select
        as_of_on,
        {{ months_before('as_of_on', 12) }} as start_12m_on
    from {{ ref('int_calendar__as_of') }}

),

policy as (

    select minimum_base from {{ ref('service_policy') }}

),

dated as (

    {%- for period in ['month', 'quarter', 'year'] %}
    select
        '{{ period }}' as period_kind,
        cast(date_trunc('{{ period }}', rated_at) as date) as period_start_on,
        *
    from ratings

    union all
    {% endfor %}
    select
        '12_months' as period_kind,
        {{ add_days('as_of.start_12m_on', 1) }} as period_start_on,
        ratings.*
    from ratings
    inner join as_of
        on cast(ratings.rated_at as date) > as_of.start_12m_on

),

counted as (

    {%- for dimension in ['everything'] + dimensions %}
    select
        period_kind,
        period_start_on,
        question as measure,
        '{{ 'all' if dimension == 'everything' else dimension }}' as dimension,
        coalesce({{ dimension }}, 'unknown') as member,
        count(*) as answer_count,
        {%- for verdict in ['promoter', 'passive', 'detractor', 'satisfied'] %}
        count(case when verdict = '{{ verdict }}' then 1 end) as {{ verdict }}_count,
        {%- endfor %}
        {{ exact_sum('coalesce(nps, rating)') }} as rating_sum,
        count(case when is_low then 1 end) as low_count
    from dated
    {%- if dimension in ('touch_point', 'channel', 'store', 'agent') %}
    where {{ dimension }} is not null
    {%- endif %}
    group by period_kind, period_start_on, question, {{ dimension }}
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

labels as (

    select * from {{ ref('int_service__segment_labels') }}

),

benchmarks as (

    select
        case metric when 'handling_satisfaction' then 'complaint_handling' else metric end as measure,
        reference
    from {{ ref('int_marketing__references') }}
    where
        metric in ('nps', 'csat', 'handling_satisfaction')
        and segment_kind = 'all'

),

final as (

    select
        cast(counted.period_kind as string) as period_kind,
        cast(counted.period_start_on as date) as period_start_on,
        cast(counted.measure as string) as measure,
        cast(measures.label_zh as string) as measure_zh,
        cast(measures.label_en as string) as measure_en,
        cast(counted.dimension as string) as dimension,
        cast(counted.member as string) as member,
        {{ member_label('counted.member', 'labels.label_zh', 'zh') }} as member_zh,
        {{ member_label('counted.member', 'labels.label_en', 'en') }} as member_en,
        cast(counted.answer_count as bigint) as answer_count,
        cast(counted.answer_count < policy.minimum_base as boolean) as is_low_base,
        cast(counted.promoter_count as bigint) as promoter_count,
        cast(counted.passive_count as bigint) as passive_count,
        cast(counted.detractor_count as bigint) as detractor_count,
        cast(counted.satisfied_count as bigint) as satisfied_count,
        cast(counted.low_count as bigint) as low_count,
        cast(
            case
                when counted.measure = 'nps'
                    then 100 * (counted.promoter_count - counted.detractor_count) / cast(counted.answer_count as double)
                else counted.satisfied_count / cast(counted.answer_count as double)
            end as double
        ) as score,
        cast(
            case when counted.measure = 'nps' then counted.passive_count / cast(counted.answer_count as double) end
            as double
        ) as passive_share,
        cast(counted.rating_sum / counted.answer_count as double) as mean_rating,
        cast(benchmarks.reference as double) as reference_score
    from counted
    cross join policy
    left join labels
        on
            counted.dimension = labels.dimension
            and counted.member = labels.member
    left join {{ ref('int_marketing__code_labels') }} as measures
        on
            measures.list_code = 'satisfaction'
            and counted.measure = measures.code
    left join benchmarks
        on counted.measure = benchmarks.measure

)

select * from final
