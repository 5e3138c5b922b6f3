-- grain: one customer, one date that is served and one article that ranks high enough in some list

-- The score of an article: over the articles that the customer has, by how much each makes it likelier than it is among
-- all, weighted by habit (at most 1). Lists: with and without articles bought before, with and without the limit of the
-- price band; and by popularity alone, which the back-test holds against them. At the latest date only the one list is
-- made that people are shown.
-- Customers and articles go by numbers on the way: every habit meets every article that it leads to.

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

    select distinct
        as_of_on,
        is_latest
    from {{ ref('int_products__origins') }}

),

articles as (

    select
        product_id,
        row_number() over (order by product_id asc) as article_number
    from (select distinct to_product_id as product_id from {{ ref('int_products__transitions') }}) as reached

),

transitions as (

    select
        transitions.as_of_on,
        transitions.from_product_id,
        articles.article_number,
        transitions.base_probability,
        transitions.probability,
        transitions.neighbour_rank,
        bands.band_rank
    from {{ ref('int_products__transitions') }} as transitions
    inner join articles
        on transitions.to_product_id = articles.product_id
    left join {{ ref('int_products__article_bands') }} as bands
        on
            transitions.as_of_on = bands.as_of_on
            and transitions.to_product_id = bands.product_id

),

customers as (

    select
        served.customer_number,
        served_dates.as_of_on,
        served_dates.is_latest,
        price_habits.band_rank + policy.bands_up as band_rank_to,
        row_number() over (order by served_dates.as_of_on asc, served.customer_number asc) as list_number
    from (
        select distinct
            on_date,
            customer_number
        from {{ ref('int_products__habits') }}
    ) as served
    cross join policy
    inner join served_dates
        on served.on_date = served_dates.as_of_on
    left join {{ ref('int_products__price_habits') }} as price_habits
        on
            served.on_date = price_habits.as_of_on
            and served.customer_number = price_habits.customer_number

),

habits as (

    select
        customers.list_number,
        customers.as_of_on,
        customers.is_latest,
        customers.band_rank_to,
        habits.product_id,
        habits.weight,
        habits.habit_rank
    from {{ ref('int_products__habits') }} as habits
    inner join customers
        on
            habits.on_date = customers.as_of_on
            and habits.customer_number = customers.customer_number

),

-- the list that people are shown is limited before anything is added
likely as (

    select
        habits.list_number,
        transitions.article_number,
        habits.habit_rank,
        cast(
            round(least(habits.weight, 1) * (transitions.probability - transitions.base_probability) * 1000000000)
            as bigint
        ) as billionths
    from habits
    inner join transitions
        on
            habits.as_of_on = transitions.as_of_on
            and habits.product_id = transitions.from_product_id
            and (not habits.is_latest or habits.band_rank_to >= transitions.band_rank)

    union all

    -- the most popular fill up what habits leave open
    select
        customers.list_number,
        transitions.article_number,
        cast(null as bigint) as habit_rank,
        cast(0 as bigint) as billionths
    from customers
    cross join policy
    inner join transitions
        on
            customers.as_of_on = transitions.as_of_on
            and transitions.from_product_id = ''
            and transitions.neighbour_rank <= 3 * policy.suggestion_count
            and (not customers.is_latest or customers.band_rank_to >= transitions.band_rank)

),

-- Whole billionths add up without a rest, in any order. The strongest reason is shown, of equal ones the
-- stronger habit.
scored as (

    select
        list_number,
        article_number,
        sum(billionths) / 1000000000 as score,
        {{ first_filled('habit_rank', ['-billionths', 'habit_rank']) }} as because_rank
    from likely
    group by list_number, article_number

),

firsts as (

    select
        customer_number,
        product_id,
        min(ordered_on) as first_bought_on
    from {{ ref('int_products__purchases') }}
    group by customer_number, product_id

),

bought as (

    select
        customers.list_number,
        articles.article_number
    from firsts
    inner join customers
        on
            firsts.customer_number = customers.customer_number
            and firsts.first_bought_on <= customers.as_of_on
    inner join articles
        on firsts.product_id = articles.product_id

),

served_articles as (

    select
        as_of_on,
        article_number,
        max(base_probability) as base_probability,
        max(band_rank) as band_rank
    from transitions
    group by as_of_on, article_number

),

flagged as (

    select
        scored.list_number,
        scored.article_number,
        served_articles.base_probability,
        scored.score,
        scored.because_rank,
        customers.is_latest,
        bought.article_number is not null as is_bought,
        coalesce(served_articles.band_rank <= customers.band_rank_to, false) as is_within_habit
    from scored
    inner join customers
        on scored.list_number = customers.list_number
    left join bought
        on
            scored.list_number = bought.list_number
            and scored.article_number = bought.article_number
    left join served_articles
        on
            customers.as_of_on = served_articles.as_of_on
            and scored.article_number = served_articles.article_number

),

tested as (

    select
        *,
        {%- for list, condition in lists.items() %}
        case when {{ condition }} then row_number() over (
            partition by list_number, {{ condition }}
            order by score desc nulls last, base_probability desc, article_number asc
        ) end as {{ list }}_rank,
        {%- endfor %}
        {%- for list, condition in {'any': 'true', 'new': 'not is_bought'}.items() %}
        case when {{ condition }} then row_number() over (
            partition by list_number, {{ condition }}
            order by base_probability desc nulls last, article_number asc
        ) end as popular_{{ list }}_rank,
        {%- endfor %}
        true as is_ranked
    from flagged
    where not is_latest

),

shown as (

    select
        flagged.*,
        policy.is_repeat_suggested,
        row_number() over (
            partition by flagged.list_number
            order by flagged.score desc nulls last, flagged.base_probability desc, flagged.article_number asc
        ) as shown_rank
    from flagged
    cross join policy
    where
        flagged.is_latest
        and (policy.is_repeat_suggested or not flagged.is_bought)

),

ranked as (

    select
        list_number,
        article_number,
        base_probability,
        score,
        because_rank,
        is_bought,
        is_within_habit,
        {%- for list in lists %}
        {{ list }}_rank,
        {%- endfor %}
        popular_any_rank,
        popular_new_rank
    from tested

    union all

    select
        list_number,
        article_number,
        base_probability,
        score,
        because_rank,
        is_bought,
        is_within_habit,
        case when is_repeat_suggested then shown_rank end as any_rank,
        case when not is_repeat_suggested then shown_rank end as new_rank,
        null as any_unlimited_rank,
        null as new_unlimited_rank,
        null as popular_any_rank,
        null as popular_new_rank
    from shown

),

final as (

    select
        customers.as_of_on,
        customers.customer_number,
        articles.product_id,
        reasons.product_id as because_product_id,
        ranked.is_bought,
        ranked.is_within_habit,
        ranked.score,
        ranked.base_probability,
        {%- for list in lists %}
        ranked.{{ list }}_rank,
        {%- endfor %}
        ranked.popular_any_rank,
        ranked.popular_new_rank
    from ranked
    cross join policy
    inner join customers
        on ranked.list_number = customers.list_number
    inner join articles
        on ranked.article_number = articles.article_number
    left join habits as reasons
        on
            ranked.list_number = reasons.list_number
            and ranked.because_rank = reasons.habit_rank
    where least(
        {%- for list in lists %}
        ranked.{{ list }}_rank,
        {%- endfor %}
        ranked.popular_any_rank,
        ranked.popular_new_rank
    ) <= policy.suggestion_count

)

select * from final
