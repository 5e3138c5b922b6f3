-- grain: one customer, one date that is served and one article that ranks high enough in some list

-- The score of an article: over the articles that the customer has, by how much each makes it likelier than it is among
-- all, weighted by habit (at most 1). Lists: with and without articles bought before, with and without the limit of the
-- price band; and by popularity alone, which the back-test holds against them.

{%- set lists = {
    'any': 'is_within_habit',
    'new': 'is_within_habit and not is_bought',
    'any_unlimited': 'true',
    'new_unlimited': 'not is_bought',
} %}

with

policy as (

    select * from {{ ref('suggestion_policy') }}

),

served_dates as (

    select distinct as_of_on
    from {{ ref('int_products__origins') }}

),

habits as (

    select habits.*
    from {{ ref('int_products__habits') }} as habits
    inner join served_dates as origins
        on habits.on_date = origins.as_of_on

),

transitions as (

    select * from {{ ref('int_products__transitions') }}

),

customers as (

    select distinct
        on_date,
        customer_id
    from habits

),

likely as (

    select
        habits.on_date as as_of_on,
        habits.customer_id,
        transitions.to_product_id as product_id,
        transitions.base_probability,
        habits.product_id as because_product_id,
        habits.habit_rank,
        least(habits.weight, 1) * (transitions.probability - transitions.base_probability) as contribution
    from habits
    inner join transitions
        on
            habits.on_date = transitions.as_of_on
            and habits.product_id = transitions.from_product_id

    union all

    -- the most popular fill up what habits leave open
    select
        customers.on_date as as_of_on,
        customers.customer_id,
        transitions.to_product_id as product_id,
        transitions.base_probability,
        cast(null as varchar) as because_product_id,
        cast(null as bigint) as habit_rank,
        0 as contribution
    from customers
    cross join policy
    inner join transitions
        on
            customers.on_date = transitions.as_of_on
            and transitions.from_product_id = ''
            and transitions.neighbour_rank <= 3 * policy.suggestion_count

),

scored as (

    select
        as_of_on,
        customer_id,
        product_id,
        max(base_probability) as base_probability,
        -- a decimal sum does not depend on the order of rows; of equal reasons the stronger habit
        sum(cast(contribution as decimal(18, 12))) as score,
        max_by(
            because_product_id,
            cast(contribution as decimal(18, 12)) - cast(habit_rank * 0.000000000001 as decimal(18, 12))
        ) as because_product_id
    from likely
    group by as_of_on, customer_id, product_id

),

firsts as (

    select
        customer_id,
        product_id,
        min(ordered_on) as first_bought_on
    from {{ ref('int_products__purchases') }}
    group by customer_id, product_id

),

bought as (

    select
        dates.as_of_on,
        purchases.customer_id,
        purchases.product_id
    from firsts as purchases
    inner join served_dates as dates
        on purchases.first_bought_on <= dates.as_of_on

),

flagged as (

    select
        scored.as_of_on,
        scored.customer_id,
        scored.product_id,
        scored.base_probability,
        scored.score,
        scored.because_product_id,
        bought.product_id is not null as is_bought,
        coalesce(bands.band_rank <= habits.band_rank + policy.bands_up, false) as is_within_habit
    from scored
    cross join policy
    left join bought
        on
            scored.as_of_on = bought.as_of_on
            and scored.customer_id = bought.customer_id
            and scored.product_id = bought.product_id
    left join {{ ref('int_products__article_bands') }} as bands
        on
            scored.as_of_on = bands.as_of_on
            and scored.product_id = bands.product_id
    left join {{ ref('int_products__price_habits') }} as habits
        on
            scored.as_of_on = habits.as_of_on
            and scored.customer_id = habits.customer_id

),

ranked as (

    select
        *,
        {%- for list, condition in lists.items() %}
        case when {{ condition }} then row_number() over (
            partition by as_of_on, customer_id, {{ condition }}
            order by score desc nulls last, base_probability desc, product_id asc
        ) end as {{ list }}_rank,
        {%- endfor %}
        {%- for list, condition in {'any': 'true', 'new': 'not is_bought'}.items() %}
        case when {{ condition }} then row_number() over (
            partition by as_of_on, customer_id, {{ condition }}
            order by base_probability desc nulls last, product_id asc
        ) end as popular_{{ list }}_rank,
        {%- endfor %}
        true as is_ranked
    from flagged

),

final as (

    select
        ranked.as_of_on,
        ranked.customer_id,
        ranked.product_id,
        ranked.because_product_id,
        ranked.is_bought,
        ranked.is_within_habit,
        cast(ranked.score as double) as score,
        ranked.base_probability,
        {%- for list in lists %}
        ranked.{{ list }}_rank,
        {%- endfor %}
        ranked.popular_any_rank,
        ranked.popular_new_rank
    from ranked
    cross join policy
    where least(
        {%- for list in lists %}
        ranked.{{ list }}_rank,
        {%- endfor %}
        ranked.popular_any_rank,
        ranked.popular_new_rank
    ) <= policy.suggestion_count

)

select * from final
