-- grain: one cluster: who is in it

with

clusters as (

    select * from {{ ref('customer_clusters') }}

),

states as (

    select * from {{ ref('int_value__customer_states') }}
    where is_latest

),

counted as (

    select
        clusters.cluster_code,
        max(clusters.cluster_zh) as cluster_zh,
        max(clusters.cluster_en) as cluster_en,
        count(*) as customer_count,
        count(case when states.frequency_12m > 0 then 1 end) as active_count,
        {%- for group in ['business', 'gift', 'personal'] %}
        count(case when states.customer_group = '{{ group }}' then 1 end) as {{ group }}_count,
        {%- endfor %}
        sum(states.frequency_12m) as order_count_12m,
        sum(states.net_amount_12m) as net_amount_12m,
        sum(states.margin_amount_12m) as margin_amount_12m,
        {{ exact_mean('clusters.certainty') }} as mean_certainty
    from clusters
    inner join states
        on clusters.customer_id = states.customer_id
    group by clusters.cluster_code

),

final as (

    select
        cast(counted.cluster_code as string) as cluster_code,
        cast(counted.cluster_zh as string) as cluster_zh,
        cast(counted.cluster_en as string) as cluster_en,
        cast(counted.customer_count as bigint) as customer_count,
        cast(counted.customer_count / cast(sum(counted.customer_count) over () as double) as double) as customer_share,
        cast(counted.active_count as bigint) as active_count,
        cast(counted.business_count as bigint) as business_count,
        cast(counted.gift_count as bigint) as gift_count,
        cast(counted.personal_count as bigint) as personal_count,
        cast(counted.order_count_12m as bigint) as order_count_12m,
        cast(counted.net_amount_12m as decimal(18, 2)) as net_amount_12m,
        cast(
            cast(counted.net_amount_12m as double) / nullif(sum(counted.net_amount_12m) over (), 0) as double
        ) as revenue_share,
        cast(counted.margin_amount_12m as decimal(18, 2)) as margin_amount_12m,
        cast(counted.net_amount_12m / nullif(counted.order_count_12m, 0) as decimal(18, 2)) as order_value_12m,
        cast(counted.mean_certainty as double) as mean_certainty,
        cast(as_of.as_of_on as date) as as_of_on
    from counted
    cross join {{ ref('int_calendar__as_of') }} as as_of

)

select * from final
