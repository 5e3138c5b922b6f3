-- grain: one member of one dimension (province, age band, tier ...) as of the latest date or one month's end

-- Registered attributes are those known today; age, order value, group, tier, stage and class are as of the date.
{%- set dimensions = {
    'province': 'profiles.province_code',
    'city_tier': 'cities.city_tier',
    'age': 'ages.band',
    'birth_cohort': 'cohorts.band',
    'gender': 'profiles.gender',
    'industry': 'industries.section',
    'employees': 'sizes.band',
    'annual_revenue': 'revenues.band',
    'income': 'profiles.income_band',
    'order_value': 'order_values.band',
    'customer_group': 'states.customer_group',
    'value_tier': 'states.value_tier',
    'abc_class': 'states.abc_class',
    'lifecycle_stage': 'states.lifecycle_stage',
} %}

with

states as (

    select * from {{ ref('int_value__customer_states') }}
    where is_latest or is_reported

),

profiles as (

    select
        *,
        coalesce(birth_year, cast(extract(year from birth_date) as integer)) as year_of_birth
    from {{ ref('int_customers__profiles') }}

),

divisions as (

    select
        code,
        city_tier,
        label_zh,
        label_en
    from {{ ref('administrative_divisions') }}

),

bands as (

    select * from {{ ref('structure_bands') }}

),

described as (

    select
        {%- for dimension, member in dimensions.items() %}
        coalesce({{ member }}, 'unknown') as {{ dimension }},
        {%- endfor %}
        states.as_of_on,
        states.is_latest,
        states.frequency_12m,
        states.net_amount_12m
    from states
    inner join profiles
        on states.customer_id = profiles.customer_id
    left join divisions as cities
        on profiles.city_code = cities.code
    left join {{ ref('industries') }} as industries
        on profiles.industry_code = industries.code
    {%- for alias, dimension, value in [
        ('ages', 'age', 'extract(year from states.as_of_on) - profiles.year_of_birth'),
        ('cohorts', 'birth_cohort', 'profiles.year_of_birth'),
        ('sizes', 'employees', 'profiles.employees'),
        ('revenues', 'annual_revenue', 'profiles.annual_revenue'),
        ('order_values', 'order_value', 'states.order_value_12m'),
    ] %}
    left join bands as {{ alias }}
        on
            {{ alias }}.dimension = '{{ dimension }}'
            and {{ value }} >= {{ alias }}.value_from
            and ({{ alias }}.value_below is null or {{ value }} < {{ alias }}.value_below)
    {%- endfor %}

),

counted as (

    {% for dimension in dimensions %}
    select
        as_of_on,
        is_latest,
        '{{ dimension }}' as dimension,
        {{ dimension }} as member,
        count(*) as customer_count,
        count(case when frequency_12m > 0 then 1 end) as active_count,
        sum(net_amount_12m) as net_amount_12m
    from described
    group by as_of_on, is_latest, {{ dimension }}
    {{ "union all" if not loop.last }}
    {% endfor %}

),

shared as (

    select
        *,
        customer_count / cast(sum(customer_count) over (partition by as_of_on, dimension) as double)
            as customer_share,
        active_count / cast(nullif(sum(active_count) over (partition by as_of_on, dimension), 0) as double)
            as active_share,
        cast(net_amount_12m as double) / nullif(sum(net_amount_12m) over (partition by as_of_on, dimension), 0)
            as revenue_share
    from counted

),

labels as (

    select
        'province' as dimension,
        code as member,
        label_zh,
        label_en
    from divisions

    union all

    select
        'city_tier' as dimension,
        city_tier as member,
        label_zh,
        label_en
    from {{ ref('city_tiers') }}

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
    from bands
    {% for dimension, seed in [
        ('customer_group', 'customer_group_labels'),
        ('value_tier', 'value_tiers'),
        ('abc_class', 'abc_classes'),
        ('lifecycle_stage', 'lifecycle_stages'),
    ] %}
    union all

    select
        '{{ dimension }}' as dimension,
        {{ dimension }} as member,
        label_zh,
        label_en
    from {{ ref(seed) }}
    {% endfor %}
),

final as (

    select
        cast(shared.as_of_on as date) as as_of_on,
        cast(shared.dimension as string) as dimension,
        cast(shared.member as string) as member,
        shared.is_latest,
        {{ member_label('shared.member', 'labels.label_zh', 'zh') }} as member_zh,
        {{ member_label('shared.member', 'labels.label_en', 'en') }} as member_en,
        cast(shared.customer_count as bigint) as customer_count,
        cast(shared.active_count as bigint) as active_count,
        cast(shared.net_amount_12m as decimal(18, 2)) as net_amount_12m,
        cast(shared.customer_share as double) as customer_share,
        cast(shared.active_share as double) as active_share,
        cast(shared.revenue_share as double) as revenue_share,
        cast(shared.customer_count - lag(shared.customer_count) over (
            partition by shared.dimension, shared.member order by shared.as_of_on asc nulls last
        ) as bigint) as customer_change,
        cast(shared.customer_share - lag(shared.customer_share) over (
            partition by shared.dimension, shared.member order by shared.as_of_on asc nulls last
        ) as double) as customer_share_change
    from shared
    left join labels
        on
            shared.dimension = labels.dimension
            and shared.member = labels.member

)

select * from final
