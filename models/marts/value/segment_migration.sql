-- grain: one scheme of segments, one distance and end, the segment of customers before, and at the end

-- Classes, tiers and stages at ends of months; main channels of years and quarters; main occasions of 12 months.

{%- set states = ['rfm_class', 'value_tier', 'lifecycle_stage'] %}

with

{% for state in states -%}
{{ state }}_history as (

    select
        customer_id,
        as_of_on,
        {{ state }}
    from {{ ref('customer_months') }}
    where
        is_month_end
        and {{ state }} is not null

),

{{ state }}_moves as (

    {{ transitions(state ~ '_history', state) }}

),

{% endfor -%}
moves as (

    {% for state in states -%}
    select
        '{{ state }}' as scheme,
        months_apart,
        as_of_on as period_end_on,
        true as is_complete,
        from_state as from_segment,
        to_state as to_segment,
        customer_count,
        cast(null as decimal(18, 2)) as net_amount,
        cast(null as decimal(18, 2)) as earlier_net_amount
    from {{ state }}_moves

    union all

    {% endfor -%}
    select
        'main_channel' as scheme,
        months_apart,
        period_end_on,
        is_complete,
        from_channel as from_segment,
        to_channel as to_segment,
        customer_count,
        net_amount,
        earlier_net_amount
    from {{ ref('int_channels__moves') }}

    union all

    select
        'main_occasion' as scheme,
        12 as months_apart,
        as_of_on as period_end_on,
        true as is_complete,
        from_occasion as from_segment,
        to_occasion as to_segment,
        customer_count,
        null as net_amount,
        null as earlier_net_amount
    from {{ ref('int_marketing__occasion_moves') }}

),

counted as (

    select
        *,
        sum(customer_count) over (partition by scheme, months_apart, period_end_on, from_segment) as from_count
    from moves

),

labels as (

    {% for state, seed in [
        ('rfm_class', 'rfm_classes'), ('value_tier', 'value_tiers'), ('lifecycle_stage', 'lifecycle_stages')
    ] -%}
    select
        '{{ state }}' as scheme,
        {{ state }} as segment,
        label_zh,
        label_en
    from {{ ref(seed) }}

    union all

    {% endfor -%}
    select
        'main_channel' as scheme,
        channel as segment,
        label_zh,
        label_en
    from {{ ref('int_channels__labels') }}

    union all

    select
        'main_occasion' as scheme,
        occasion as segment,
        label_zh,
        label_en
    from {{ ref('occasions') }}

    union all

    -- who has no segment before or at the end
    select
        list_code as scheme,
        code as segment,
        label_zh,
        label_en
    from {{ ref('marketing_labels') }}
    where list_code in ('rfm_class', 'value_tier', 'lifecycle_stage', 'main_occasion')

),

final as (

    select
        cast(counted.scheme as string) as scheme,
        cast(counted.months_apart as integer) as months_apart,
        cast(counted.period_end_on as date) as period_end_on,
        {%- for side in ['from', 'to'] %}
        cast(counted.{{ side }}_segment as string) as {{ side }}_segment,
        cast(coalesce({{ side }}_labels.label_zh, counted.{{ side }}_segment) as string) as {{ side }}_segment_zh,
        cast(coalesce({{ side }}_labels.label_en, counted.{{ side }}_segment) as string) as {{ side }}_segment_en,
        {%- endfor %}
        counted.from_segment = counted.to_segment as is_stayer,
        cast(counted.is_complete as boolean) as is_complete,
        cast(counted.customer_count as bigint) as customer_count,
        cast(counted.from_count as bigint) as from_count,
        cast(counted.customer_count / cast(counted.from_count as double) as double) as share_of_from,
        cast(counted.net_amount as decimal(18, 2)) as net_amount,
        cast(counted.earlier_net_amount as decimal(18, 2)) as earlier_net_amount
    from counted
    left join labels as from_labels
        on
            counted.scheme = from_labels.scheme
            and counted.from_segment = from_labels.segment
    left join labels as to_labels
        on
            counted.scheme = to_labels.scheme
            and counted.to_segment = to_labels.segment

)

select * from final
