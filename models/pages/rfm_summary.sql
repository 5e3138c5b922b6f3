-- grain: one scheme (action group or RFM class) and one of its members, with or without customers

-- The toolkit's RFM table over 12 months. What an action group means is written out of its bounds, so that text and
-- rule cannot part.
{%- set month = {'zh': ' 个月', 'en': ' month'} %}
{%- set months = {'zh': ' 个月', 'en': ' months'} %}

with

customers as (

    select * from {{ ref('customer_rfm') }}
    where window_months = 12

),

groups_described as (

    select
        {%- for language in ['zh', 'en'] %}
        concat_ws(
            '{{ '；' if language == 'zh' else '; ' }}',
            case
                when recency_months_above is not null and recency_months_to is not null
                    then 'R ' || recency_months_above || '–' || recency_months_to || '{{ months[language] }}'
                when recency_months_to = 1 then 'R ≤ 1{{ month[language] }}'
                when recency_months_to is not null then 'R ≤ ' || recency_months_to || '{{ months[language] }}'
                when recency_months_above is not null then 'R > ' || recency_months_above || '{{ months[language] }}'
            end,
            case
                when frequency_from is not null and frequency_to is not null
                    then 'F ' || frequency_from || '–' || frequency_to
                when frequency_from is not null then 'F ≥ ' || frequency_from
                when frequency_to is not null then 'F ≤ ' || frequency_to
            end,
            case
                when monetary_from is not null and monetary_below is not null
                    then 'M ' || {{ grouped_number('monetary_from') }} || '–' || {{ grouped_number('monetary_below') }}
                when monetary_from is not null then 'M ≥ ' || {{ grouped_number('monetary_from') }}
                when monetary_below is not null then 'M < ' || {{ grouped_number('monetary_below') }}
            end
        ) as description_{{ language }},
        {%- endfor %}
        action_group as member,
        test_order as position,
        label_zh,
        label_en,
        advice_zh,
        advice_en
    from {{ ref('rfm_action_groups') }}

),

members as (

    select
        'action_group' as scheme,
        member,
        position,
        label_zh,
        label_en,
        case
            when description_zh = '' then '不属于以上各组'
            else description_zh
        end as description_zh,
        case
            when description_en = '' then 'None of the others'
            else description_en
        end as description_en,
        advice_zh,
        advice_en
    from groups_described

    union all

    select
        'rfm_class' as scheme,
        classes.rfm_class as member,
        row_number() over (
            order by
                classes.is_high_spending desc, classes.is_recent desc, classes.is_frequent desc, classes.rfm_class asc
        ) as position,
        classes.label_zh,
        classes.label_en,
        texts.description_zh,
        texts.description_en,
        texts.advice_zh,
        texts.advice_en
    from {{ ref('rfm_classes') }} as classes
    left join {{ ref('rfm_class_texts') }} as texts
        on classes.rfm_class = texts.rfm_class

),

counted as (

    {%- for scheme in ['action_group', 'rfm_class'] %}
    select
        '{{ scheme }}' as scheme,
        {{ scheme }} as member,
        count(*) as customer_count,
        sum(frequency) as order_count,
        sum(net_amount) as net_amount
    from customers
    group by {{ scheme }}
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

final as (

    select
        cast(members.scheme as string) as scheme,
        cast(members.member as string) as member,
        cast(members.label_zh as string) as member_zh,
        cast(members.label_en as string) as member_en,
        cast(members.position as integer) as position,
        cast(coalesce(counted.customer_count, 0) as bigint) as customer_count,
        cast(
            coalesce(counted.customer_count, 0)
            / nullif(cast(sum(counted.customer_count) over (partition by members.scheme) as double), 0) as double
        ) as customer_share,
        cast(coalesce(counted.order_count, 0) as bigint) as order_count,
        cast(coalesce(counted.net_amount, 0) as decimal(18, 2)) as net_amount,
        cast(
            coalesce(counted.net_amount, 0)
            / nullif(cast(sum(counted.net_amount) over (partition by members.scheme) as double), 0) as double
        ) as revenue_share,
        cast(counted.net_amount / nullif(counted.order_count, 0) as decimal(18, 2)) as order_value,
        cast(counted.order_count / cast(nullif(counted.customer_count, 0) as double) as double) as frequency,
        cast(members.description_zh as string) as description_zh,
        cast(members.description_en as string) as description_en,
        cast(members.advice_zh as string) as advice_zh,
        cast(members.advice_en as string) as advice_en,
        cast(as_of.as_of_on as date) as as_of_on
    from members
    cross join {{ ref('int_calendar__as_of') }} as as_of
    left join counted
        on
            members.scheme = counted.scheme
            and members.member = counted.member

)

select * from final
