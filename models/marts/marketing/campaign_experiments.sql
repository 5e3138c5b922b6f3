-- grain: one campaign that is over, one arm and the arm it is compared with

-- Arms against the held-out control, all treated arms together (`treated`) against it, and variants against each
-- other. `uplift` is the difference of the shares who bought, its interval Newcombe's hybrid score (Stat. Med. 17,
-- 1998, 873-890, method 10), which keeps its level where few buy; `order_uplift` the difference of purchases per
-- customer, its interval Welch's. Detectable effect: what a two-sided test would find with the power of the policy.

with

units as (

    select * from {{ ref('int_marketing__experiment_units') }}

),

campaigns as (

    select * from {{ ref('int_marketing__campaigns') }}

),

policy as (

    select * from {{ ref('experiment_policy') }}

),

arms as (

    select
        campaign_id,
        arm,
        count(*) as customer_count,
        count(case when order_count > 0 then 1 end) as converted_count,
        sum(order_count) as order_count,
        avg(order_count) as orders_per_customer,
        {{ whole_variance('order_count') }} as order_variance,
        {{ exact_mean('net_amount') }} as amount_per_customer
    from units
    where arm <> 'several'
    group by campaign_id, arm

    union all

    select
        campaign_id,
        'treated' as arm,
        count(*) as customer_count,
        count(case when order_count > 0 then 1 end) as converted_count,
        sum(order_count) as order_count,
        avg(order_count) as orders_per_customer,
        {{ whole_variance('order_count') }} as order_variance,
        {{ exact_mean('net_amount') }} as amount_per_customer
    from units
    where arm not in ('several', 'control')
    group by campaign_id
    having count(distinct arm) > 1

),

left_out as (

    select
        campaign_id,
        count(*) as left_out_count
    from units
    where arm = 'several'
    group by campaign_id

),

pairs as (

    select
        arms.campaign_id,
        arms.arm,
        others.arm as compared_with,
        {%- for figure in [
            'customer_count', 'converted_count', 'order_count', 'orders_per_customer', 'order_variance',
            'amount_per_customer',
        ] %}
        arms.{{ figure }},
        others.{{ figure }} as compared_{{ figure }},
        {%- endfor %}
        arms.converted_count / cast(arms.customer_count as double) as conversion_rate,
        others.converted_count / cast(others.customer_count as double) as compared_conversion_rate
    from arms
    inner join arms as others
        on
            arms.campaign_id = others.campaign_id
            and (
                (others.arm = 'control' and arms.arm <> 'control')
                or (
                    arms.arm not in ('control', 'treated')
                    and others.arm not in ('control', 'treated')
                    and arms.arm > others.arm
                )
            )

),

bounds as (

    select
        pairs.*,
        policy.interval_z,
        policy.power_z,
        policy.minimum_base,
        {%- for arm in ['', 'compared_'] %}
        {%- for side, sign in [('low', -1), ('high', 1)] %}
        {%- set hits, base = 'pairs.' ~ arm ~ 'converted_count', 'pairs.' ~ arm ~ 'customer_count' %}
        {{ function('wilson_bound') }}({{ hits }}, {{ base }}, policy.interval_z, {{ sign }}) as {{ arm }}{{ side }},
        {%- endfor %}
        {%- endfor %}
        pairs.order_variance / pairs.customer_count as order_error_squared,
        pairs.compared_order_variance / pairs.compared_customer_count as compared_order_error_squared,
        (pairs.compared_converted_count + 1) / cast(pairs.compared_customer_count + 2 as double) as smoothed_rate
    from pairs
    cross join policy

),

-- degrees of freedom by Welch and Satterthwaite
errors as (

    select
        *,
        power(order_error_squared + compared_order_error_squared, 2) / nullif(
            power(order_error_squared, 2) / nullif(customer_count - 1, 0)
            + power(compared_order_error_squared, 2) / nullif(compared_customer_count - 1, 0),
            0
        ) as degrees
    from bounds

),

order_margins as (

    select
        *,
        {{ function('student_quantile') }}(interval_z, degrees)
        * sqrt(order_error_squared + compared_order_error_squared) as order_margin
    from errors

),

measured as (

    select
        *,
        conversion_rate - compared_conversion_rate as uplift,
        conversion_rate - compared_conversion_rate
        - sqrt(power(conversion_rate - low, 2) + power(compared_high - compared_conversion_rate, 2)) as uplift_from,
        conversion_rate - compared_conversion_rate
        + sqrt(power(high - conversion_rate, 2) + power(compared_conversion_rate - compared_low, 2)) as uplift_to,
        orders_per_customer - compared_orders_per_customer as order_uplift,
        orders_per_customer - compared_orders_per_customer - order_margin as order_uplift_from,
        orders_per_customer - compared_orders_per_customer + order_margin as order_uplift_to,
        (interval_z + power_z) * sqrt(
            smoothed_rate * (1 - smoothed_rate)
            * (1.0 / customer_count + 1.0 / compared_customer_count)
        ) as detectable_effect,
        least(customer_count, compared_customer_count) < minimum_base as is_low_base
    from order_margins

),

judged as (

    select
        measured.*,
        checked.split_basis,
        checked.split_chi_square,
        checked.split_limit,
        checked.is_split_as_planned,
        case
            when not checked.is_split_as_planned then 'uneven_split'
            when measured.is_low_base then 'low_base'
            when measured.uplift_from > 0 then 'better'
            when measured.uplift_to < 0 then 'worse'
            else 'no_difference_shown'
        end as reading
    from measured
    inner join {{ ref('int_marketing__experiment_splits') }} as checked
        on measured.campaign_id = checked.campaign_id

),

final as (

    select
        cast(judged.campaign_id as string) as campaign_id,
        cast(judged.arm as string) as arm,
        cast(judged.compared_with as string) as compared_with,
        cast(campaigns.campaign_code as string) as campaign_code,
        cast(campaigns.campaign_name as string) as campaign_name,
        cast(campaigns.started_on as date) as started_on,
        cast(campaigns.attributed_until_on as date) as observed_until_on,
        cast(judged.customer_count as bigint) as customer_count,
        cast(judged.converted_count as bigint) as converted_count,
        cast(judged.order_count as bigint) as order_count,
        cast(judged.conversion_rate as double) as conversion_rate,
        cast(judged.amount_per_customer as double) as amount_per_customer,
        cast(judged.compared_customer_count as bigint) as compared_customer_count,
        cast(judged.compared_converted_count as bigint) as compared_converted_count,
        cast(judged.compared_order_count as bigint) as compared_order_count,
        cast(judged.compared_conversion_rate as double) as compared_conversion_rate,
        cast(judged.compared_amount_per_customer as double) as compared_amount_per_customer,
        cast(judged.uplift as double) as uplift,
        cast(judged.uplift_from as double) as uplift_from,
        cast(judged.uplift_to as double) as uplift_to,
        cast(judged.order_uplift as double) as order_uplift,
        cast(judged.order_uplift_from as double) as order_uplift_from,
        cast(judged.order_uplift_to as double) as order_uplift_to,
        cast(judged.uplift_from > 0 or judged.uplift_to < 0 as boolean) as is_significant,
        cast(judged.detectable_effect as double) as detectable_effect,
        cast(coalesce(left_out.left_out_count, 0) as bigint) as left_out_count,
        cast(judged.split_basis as string) as split_basis,
        cast(bases.label_zh as string) as split_basis_zh,
        cast(bases.label_en as string) as split_basis_en,
        cast(judged.split_chi_square as double) as split_chi_square,
        cast(judged.split_limit as double) as split_limit,
        cast(judged.is_split_as_planned as boolean) as is_split_as_planned,
        cast(judged.is_low_base as boolean) as is_low_base,
        cast(judged.reading as string) as reading,
        cast(readings.label_zh as string) as reading_zh,
        cast(readings.label_en as string) as reading_en
    from judged
    inner join campaigns
        on judged.campaign_id = campaigns.campaign_id
    left join left_out
        on judged.campaign_id = left_out.campaign_id
    left join {{ ref('int_marketing__code_labels') }} as readings
        on
            readings.list_code = 'reading'
            and judged.reading = readings.code
    left join {{ ref('int_marketing__code_labels') }} as bases
        on
            bases.list_code = 'split_basis'
            and judged.split_basis = bases.code

)

select * from final
