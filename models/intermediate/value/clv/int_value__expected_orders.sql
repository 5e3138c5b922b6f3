-- grain: one pair of repeat purchase days (x) and age at an as-of date: expected purchase days of who is alive

-- Given alive, the expectation depends on x and age alone; P(alive) multiplies it (int_value__probabilistic_values).
-- The chance p to leave at a purchase is summed over nodes (expectation_nodes in customer360/purchase_models.py):
-- E[X(t)] = sum of weight / p * (1 - (1 + p t / (alpha + age)) ^ -(r + x)); without drop-out (r + x) t / (alpha + age).

with

models as (

    select
        as_of_on,
        model,
        r,
        alpha
    from {{ ref('int_value__purchase_models') }}
    where is_scoring and model in ('bg_nbd', 'nbd')

),

nodes as (

    select * from {{ ref('int_value__purchase_model_nodes') }}

),

horizons as (

    select * from {{ ref('int_value__purchase_horizons') }}

),

histories as (

    select
        inputs.as_of_on,
        inputs.x,
        inputs.age_days,
        models.model,
        models.r + inputs.x as power,
        models.alpha + inputs.age_days as exposure
    from {{ ref('int_value__purchase_model_inputs') }} as inputs
    inner join models
        on inputs.as_of_on = models.as_of_on
    group by inputs.as_of_on, inputs.x, inputs.age_days, models.model, models.r, models.alpha

),

at_nodes as (

    select
        histories.as_of_on,
        histories.x,
        histories.age_days,
        histories.power,
        nodes.share / histories.exposure as hazard,
        nodes.weight / nodes.share as weight
    from histories
    inner join nodes
        on
            histories.as_of_on = nodes.as_of_on
            and histories.x = nodes.x
            and histories.age_days >= nodes.from_age
            and histories.age_days < nodes.until_age
    where histories.model = 'bg_nbd'

),

expected as (

    select
        at_nodes.as_of_on,
        at_nodes.x,
        at_nodes.age_days,
        horizons.factor_12m,
        horizons.factor_horizon,
        horizons.factor_lifetime,
        at_nodes.weight
        * {{ chance_of_an_event('at_nodes.power', 'at_nodes.hazard', 'horizons.horizon_days') }} as orders
    from at_nodes
    inner join horizons
        on at_nodes.as_of_on = horizons.as_of_on

    union all

    select
        histories.as_of_on,
        histories.x,
        histories.age_days,
        horizons.factor_12m,
        horizons.factor_horizon,
        horizons.factor_lifetime,
        histories.power * horizons.horizon_days / histories.exposure as orders
    from histories
    inner join horizons
        on histories.as_of_on = horizons.as_of_on
    where histories.model = 'nbd'

),

final as (

    select
        as_of_on,
        x,
        age_days,
        {{ exact_sum('factor_12m * orders') }} as orders_12m,
        {{ exact_sum('factor_horizon * orders') }} as orders_horizon,
        {{ exact_sum('factor_lifetime * orders') }} as orders_lifetime
    from expected
    group by as_of_on, x, age_days

)

select * from final
