-- grain: one figure of one segment: the company's own beside what the field reports

-- A reference of another industry, unit, basis or scale is named and not set beside the figure (reference_status).

with

states as (

    select * from {{ ref('int_value__customer_states') }}
    where is_latest

),

segments as (

    {%- for kind in ['customer_group', 'value_tier'] %}
    select
        '{{ kind }}' as segment_kind,
        {{ kind }} as segment,
        count(*) as customer_count,
        sum(net_amount_12m) as net_amount_12m
    from states
    where
        {{ kind }} is not null
        and frequency_12m > 0
    group by {{ kind }}
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

retention as (

    select
        rates.value_tier,
        {{ exact_sum('rates.measured_rate * rates.customer_count') }} / nullif(sum(rates.customer_count), 0)
            as retention_rate,
        sum(rates.customer_count) as base_count
    from {{ ref('int_value__retention_rates') }} as rates
    inner join {{ ref('int_value__as_of_dates') }} as dates
        on
            rates.as_of_on = dates.as_of_on
            and dates.is_latest
    group by rates.value_tier

),

upgrades as (

    select
        share_of_from,
        from_count as base_count,
        row_number() over (order by period_end_on desc nulls last) as recency_rank
    from {{ ref('segment_migration') }}
    where
        scheme = 'value_tier'
        and months_apart = 12
        and from_segment = 'middle'
        and to_segment = 'high'

),

quarter_ago as (

    select
        {{ add_days(months_before("cast(date_trunc('month', " ~ add_days('as_of_on', 1) ~ ") as date)", 3), -1) }}
            as as_of_on
    from {{ ref('int_value__as_of_dates') }}
    where is_latest

),

dormant as (

    -- of those without an order for the policy's months a quarter ago, who has ordered since
    select
        count(*) as base_count,
        avg(case when later.last_purchase_on > earlier.as_of_on then 1.0 else 0.0 end) as activation_rate
    from {{ ref('int_value__customer_states') }} as earlier
    inner join quarter_ago
        on earlier.as_of_on = quarter_ago.as_of_on
    inner join states as later
        on earlier.customer_id = later.customer_id
    cross join {{ ref('value_policy') }} as policy
    where
        earlier.has_purchased
        and earlier.last_purchase_on <= {{ months_before('earlier.as_of_on', 'policy.dormant_months') }}

),

festivals as (

    -- the latest of each festival that is over and has a whole year behind it
    select
        festival,
        festival_share
    from {{ ref('festival_results') }}
    where
        is_over
        and has_whole_year
    qualify row_number() over (partition by festival order by festival_on desc) = 1

),

stated as (

    select distinct occasion from {{ ref('occasion_terms') }}

),

occasions as (

    -- of what purchases state as their occasion
    select
        orders.occasion,
        occasions.customer_group,
        count(*) as order_count
    from {{ ref('int_marketing__order_occasions') }} as orders
    inner join stated
        on orders.occasion = stated.occasion
    inner join {{ ref('occasions') }} as occasions
        on orders.occasion = occasions.occasion
    inner join {{ ref('int_value__as_of_dates') }} as dates
        on
            dates.is_latest
            and orders.ordered_on > {{ months_before('dates.as_of_on', 12) }}
            and orders.ordered_on <= dates.as_of_on
    group by orders.occasion, occasions.customer_group

),

stated_occasions as (

    select
        occasion,
        sum(order_count) over (partition by customer_group) as base_count,
        order_count / cast(sum(order_count) over (partition by customer_group) as double) as figure
    from occasions

),

figures as (

    select
        'revenue_share' as metric,
        segment_kind,
        segment,
        sum(customer_count) over (partition by segment_kind) as base_count,
        cast(net_amount_12m as double) / sum(net_amount_12m) over (partition by segment_kind) as figure
    from segments

    union all

    select
        'customer_share' as metric,
        segment_kind,
        segment,
        sum(customer_count) over (partition by segment_kind) as base_count,
        customer_count / cast(sum(customer_count) over (partition by segment_kind) as double) as figure
    from segments

    union all

    select
        'churn_rate' as metric,
        'value_tier' as segment_kind,
        value_tier as segment,
        base_count,
        1 - retention_rate as figure
    from retention
    where value_tier <> 'inactive'

    union all

    select
        'upgrade_rate' as metric,
        'value_tier' as segment_kind,
        'middle' as segment,
        base_count,
        share_of_from as figure
    from upgrades
    where recency_rank = 1

    union all

    select
        'clv_formula' as metric,
        'value_tier' as segment_kind,
        value_tier as segment,
        count(formula_value) as base_count,
        avg(formula_value) as figure
    from {{ ref('customer_clv') }}
    where value_tier <> 'inactive'
    group by value_tier

    union all

    select
        'activation_rate' as metric,
        'all' as segment_kind,
        'all' as segment,
        base_count,
        activation_rate as figure
    from dormant

    union all

    select
        'acquisition_cost' as metric,
        'all' as segment_kind,
        'all' as segment,
        sum(case when acquisition_spend is not null then new_customer_count end) as base_count,
        sum(acquisition_spend)
        / nullif(sum(case when acquisition_spend is not null then new_customer_count end), 0) as figure
    from {{ ref('unit_economics') }}

    union all

    select
        'festival_gift_share' as metric,
        'festival' as segment_kind,
        festival as segment,
        null as base_count,
        festival_share as figure
    from festivals

    union all

    select
        metric,
        'customer_group' as segment_kind,
        customer_group as segment,
        base_count,
        figure
    from {{ ref('int_management__group_figures') }}

    union all

    select
        'occasion_share' as metric,
        'occasion' as segment_kind,
        occasion as segment,
        base_count,
        figure
    from stated_occasions

    {%- for side in ['inside', 'outside'] %}

    union all

    select
        'repurchase_{{ side }}_promotions' as metric,
        'value_tier' as segment_kind,
        value_tier as segment,
        base_count,
        {{ side }}_count / cast(base_count as double) as figure
    from {{ ref('int_marketing__promotion_repurchases') }}
    {%- endfor %}

),

named as (

    select
        metric,
        label_zh,
        label_en
    from {{ ref('value_references') }}

    union all

    select
        metric,
        label_zh,
        label_en
    from {{ ref('group_figures') }}

),

labels as (

    -- of several references of one figure one label
    select
        metric,
        min(label_zh) as label_zh,
        min(label_en) as label_en
    from named
    group by metric

),

compared as (

    select
        cast(coalesce(figures.metric, benchmarks.metric) as string) as metric,
        cast(coalesce(figures.segment_kind, benchmarks.segment_kind) as string) as segment_kind,
        cast(coalesce(figures.segment, benchmarks.segment) as string) as segment,
        cast(figures.base_count as bigint) as base_count,
        cast(figures.figure as double) as figure,
        benchmarks.reference as declared_reference,
        benchmarks.unit as reference_unit,
        benchmarks.source as document,
        case
            when benchmarks.metric is null then null
            when benchmarks.reference_status <> 'comparable' then benchmarks.reference_status
            when
                {{ is_other_scale(
                    'benchmarks.unit', 'benchmarks.reference', 'figures.figure', 'policy.reference_scale_limit'
                ) }}
                then 'other_scale'
            else 'comparable'
        end as status
    from figures
    full outer join {{ ref('int_management__value_references') }} as benchmarks
        on
            figures.metric = benchmarks.metric
            and figures.segment_kind = benchmarks.segment_kind
            and figures.segment = benchmarks.segment
    cross join {{ ref('management_policy') }} as policy

),

final as (

    select
        compared.metric,
        compared.segment_kind,
        compared.segment,
        cast(labels.label_zh as string) as metric_zh,
        cast(labels.label_en as string) as metric_en,
        compared.base_count,
        compared.figure,
        cast(case when compared.status = 'comparable' then compared.declared_reference end as double) as reference,
        cast(compared.status as string) as reference_status,
        cast(coalesce(compared.reference_unit, bases.unit) as string) as unit,
        cast(compared.document as string) as reference_source
    from compared
    left join labels
        on compared.metric = labels.metric
    left join {{ ref('reference_bases') }} as bases
        on compared.metric = bases.metric

)

select * from final
