-- grain: one customer and one origin of a horizon: P(no purchase) without learning from labels, and what came of it

-- What counts as a purchase is what was known at the end of the horizon: a sale taken back later was one. The latest
-- date has no outcome yet. The probability is the purchase model's; where customers cannot be judged there is none.

with

origins as (

    select * from {{ ref('int_churn__origins') }}

),

buyers as (

    select distinct
        days.customer_id,
        origins.as_of_on,
        origins.horizon_days
    from {{ ref('int_value__day_versions') }} as days
    inner join origins
        on
            days.ordered_on > origins.as_of_on
            and days.ordered_on <= origins.until_on
            and days.valid_from_on <= origins.until_on
            and days.valid_to_on > origins.until_on
    where days.order_count > 0

),

customers as (

    select
        customer_id,
        as_of_on,
        purchase_days - 1 as x,
        {{ days_from('first_purchase_on', 'last_purchase_on') }} as t_x,
        tenure_days as age_days
    from {{ ref('int_churn__features') }}

),

parameters as (

    select * from {{ ref('int_churn__purchase_parameters') }}

),

alive as (

    select
        customers.*,
        parameters.r,
        parameters.alpha,
        parameters.a is not null as has_dropout,
        {{ p_alive('customers.x', 'customers.t_x', 'customers.age_days', 'parameters.r', 'parameters.alpha',
            'parameters.a', 'parameters.b') }} as p_alive
    from customers
    inner join parameters
        on customers.as_of_on = parameters.as_of_on

),

final as (

    select
        alive.customer_id,
        alive.as_of_on,
        origins.horizon_days,
        origins.until_on,
        origins.is_latest,
        origins.is_scored,
        case when origins.is_labelled then buyers.customer_id is null end as is_lost,
        case when verdicts.risk_status = 'measured' and alive.has_dropout then alive.p_alive end as p_alive,
        case
            when verdicts.risk_status = 'measured'
                then {{ p_no_order('alive.p_alive', 'alive.x', 'alive.age_days', 'alive.r', 'alive.alpha',
                    'origins.horizon_days') }}
        end as label_free_probability
    from alive
    inner join origins
        on alive.as_of_on = origins.as_of_on
    inner join {{ ref('int_churn__verdicts') }} as verdicts
        on
            origins.as_of_on = verdicts.as_of_on
            and origins.horizon_days = verdicts.horizon_days
    left join buyers
        on
            alive.customer_id = buyers.customer_id
            and alive.as_of_on = buyers.as_of_on
            and origins.horizon_days = buyers.horizon_days

)

select * from final
