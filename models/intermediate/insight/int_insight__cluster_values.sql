-- grain: one customer with an order in 24 months and one feature, as of the latest date

-- Amounts and counts by their logarithm; what is unknown counts as none. Who is drawn (policy) is learnt from;
-- everybody is assigned.

{%- set features = [
    'recency_days', 'order_count_12m', 'net_amount_12m', 'mean_unit_price_24m', 'product_count_24m', 'gift_share_24m',
    'festival_share_24m', 'online_share_24m', 'discounted_share_24m', 'low_strength_share_24m', 'interactions_12m',
    'complaints_12m',
] %}

with

customers as (

    select
        *,
        row_number() over (order by md5(customer_id) asc, customer_id asc) as draw_rank
    from {{ ref('int_features__customers') }}
    where
        is_latest
        and sale_count_24m > 0

),

measured as (

    {%- for feature in features %}
    select
        {{ hashed_number('customer_id') }} as customer_number,
        draw_rank,
        '{{ feature }}' as feature,
        coalesce(cast({{ feature }} as double), 0) as feature_value
    from customers
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

final as (

    select
        measured.customer_number,
        measured.feature,
        features.feature_rank,
        measured.draw_rank,
        measured.draw_rank <= policy.maximum_customers as is_drawn,
        case
            when features.is_logarithm then ln(1 + greatest(measured.feature_value, 0)) else measured.feature_value
        end as feature_value
    from measured
    cross join {{ ref('cluster_policy') }} as policy
    inner join {{ ref('cluster_features') }} as features
        on measured.feature = features.feature

)

select * from final
