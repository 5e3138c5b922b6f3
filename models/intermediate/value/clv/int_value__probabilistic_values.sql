-- grain: one customer who has ever purchased, at the latest as-of date and at each origin of a back-test

with

customers as (

    select
        features.customer_id,
        features.as_of_on,
        features.is_latest,
        features.purchase_days - 1 as x,
        {{ days_from('features.first_purchase_on', 'features.last_purchase_on') }} as t_x,
        features.tenure_days as age_days,
        features.purchase_days,
        cast(features.purchase_amount as double) as purchase_amount,
        cast(features.margin_amount as double) as margin_amount,
        cast(coalesce(repeats.repeat_amount, 0) as double) as repeat_amount,
        cast(coalesce(repeats.repeat_margin, 0) as double) as repeat_margin
    from {{ ref('int_value__base_features') }} as features
    left join {{ ref('int_value__repeat_purchases') }} as repeats
        on
            features.customer_id = repeats.customer_id
            and features.as_of_on = repeats.as_of_on
    where features.is_latest or features.is_backtest

),

models as (

    select * from {{ ref('int_value__purchase_models') }}
    where is_scoring

),

expected_orders as (

    select * from {{ ref('int_value__expected_orders') }}

),

backtests as (

    select * from {{ ref('int_value__backtests') }}

),

first_order as (

    select min(ordered_on) as ordered_on from {{ ref('int_orders__documents') }}

),

purchasing as (

    select
        as_of_on,
        r,
        alpha,
        b,
        case when model = 'bg_nbd' then a end as a
    from models
    where model in ('bg_nbd', 'nbd')

),

amounts as (

    -- the mean purchase day of all customers, for those without a mean of their own
    select
        as_of_on,
        {{ exact_sum('purchase_amount') }} / sum(purchase_days) as mean_amount,
        {{ exact_sum('margin_amount') }} / sum(purchase_days) as mean_margin
    from customers
    group by as_of_on

),

alive as (

    select
        customers.*,
        purchasing.r,
        purchasing.alpha,
        purchasing.a,
        {{ p_alive('customers.x', 'customers.t_x', 'customers.age_days', 'purchasing.r', 'purchasing.alpha',
            'purchasing.a', 'purchasing.b') }} as p_alive
    from customers
    left join purchasing
        on customers.as_of_on = purchasing.as_of_on

),

valued as (

    select
        {%- for amount, repeat, mean, name in [
            ('net', 'repeat_amount', 'mean_amount', 'order_value'),
            ('margin', 'repeat_margin', 'mean_margin', 'order_margin'),
        ] %}
        case
            when {{ amount }}.model is not null then 'gamma_gamma'
            when alive.x > 0 then 'own_mean'
            else 'population_mean'
        end as {{ name }}_basis,
        case
            when {{ amount }}.model is not null
                then {{ expected_amount('alive.x', 'alive.' ~ repeat, amount ~ '.p', amount ~ '.q', amount ~ '.v') }}
            when alive.x > 0 then alive.{{ repeat }} / alive.x
            else amounts.{{ mean }}
        end as expected_{{ name }},
        {%- endfor %}
        alive.*
    from alive
    inner join amounts
        on alive.as_of_on = amounts.as_of_on
    {%- for amount in ['net', 'margin'] %}
    left join models as {{ amount }}
        on
            alive.as_of_on = {{ amount }}.as_of_on
            and {{ amount }}.model = 'gamma_gamma_{{ amount }}'
    {%- endfor %}

),

final as (

    -- Where nobody is seen to leave, P(alive) would be one for everybody: it is withheld. A history shorter than the
    -- days ahead says nothing of them (int_churn__verdicts).
    select
        valued.customer_id,
        valued.as_of_on,
        valued.is_latest,
        valued.order_value_basis,
        valued.order_margin_basis,
        backtests.horizon_days,
        case when valued.a is not null then valued.p_alive end as p_alive,
        {%- for days in [30, 90, 180] %}
        case
            when {{ days_from('first_order.ordered_on', 'valued.as_of_on') }} >= {{ days }}
                then {{ p_no_order('valued.p_alive', 'valued.x', 'valued.age_days', 'valued.r', 'valued.alpha',
                    days) }}
        end as p_no_order_{{ days }}d,
        {%- endfor %}
        {%- for purpose in ['12m', 'horizon', 'lifetime'] %}
        valued.p_alive * expected_orders.orders_{{ purpose }} as expected_orders_{{ purpose }},
        {%- endfor %}
        valued.expected_order_value,
        valued.expected_order_margin,
        valued.p_alive * expected_orders.orders_12m * valued.expected_order_margin as expected_margin_12m,
        valued.p_alive * expected_orders.orders_lifetime * valued.expected_order_margin as lifetime_margin
    from valued
    cross join first_order
    left join expected_orders
        on
            valued.as_of_on = expected_orders.as_of_on
            and valued.x = expected_orders.x
            and valued.age_days = expected_orders.age_days
    left join backtests
        on valued.as_of_on = backtests.as_of_on

)

select * from final
