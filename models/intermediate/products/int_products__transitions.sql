-- grain: one date that is served, one article that customers had, and one they bought next

-- Of the customers who had an article at a date learnt from and bought anything in the horizon after it: the share that
-- bought the other one, drawn towards its share among all by so many customers (policy). The row of no article
-- (`from_product_id` is empty text) is that share among all.

with

policy as (

    select * from {{ ref('suggestion_policy') }}

),

origins as (

    select * from {{ ref('int_products__origins') }}

),

learning_dates as (

    select distinct
        learn_on,
        learn_until_on
    from origins

),

next_bought as (

    select distinct
        learning_dates.learn_on,
        purchases.customer_number,
        purchases.product_id
    from {{ ref('int_products__purchases') }} as purchases
    inner join learning_dates
        on
            purchases.ordered_on > learning_dates.learn_on
            and purchases.ordered_on <= learning_dates.learn_until_on
    where purchases.is_drawn

),

buyers as (

    select distinct
        learn_on,
        customer_number
    from next_bought

),

had as (

    select
        habits.on_date as learn_on,
        habits.customer_number,
        habits.product_id
    from {{ ref('int_products__habits') }} as habits
    inner join buyers
        on
            habits.on_date = buyers.learn_on
            and habits.customer_number = buyers.customer_number

),

learners as (

    select distinct
        learn_on,
        customer_number
    from had

),

from_counts as (

    select
        learn_on,
        product_id as from_product_id,
        count(*) as from_count
    from had
    group by learn_on, product_id

    union all

    select
        learn_on,
        '' as from_product_id,
        count(*) as from_count
    from learners
    group by learn_on

),

pair_counts as (

    select
        had.learn_on,
        had.product_id as from_product_id,
        next_bought.product_id as to_product_id,
        count(*) as pair_count
    from had
    inner join next_bought
        on
            had.learn_on = next_bought.learn_on
            and had.customer_number = next_bought.customer_number
    group by had.learn_on, had.product_id, next_bought.product_id

    union all

    select
        learners.learn_on,
        '' as from_product_id,
        next_bought.product_id as to_product_id,
        count(*) as pair_count
    from learners
    inner join next_bought
        on
            learners.learn_on = next_bought.learn_on
            and learners.customer_number = next_bought.customer_number
    group by learners.learn_on, next_bought.product_id

),

served_from as (

    select
        origins.as_of_on,
        from_counts.from_product_id,
        sum(from_counts.from_count) as from_count
    from from_counts
    inner join origins
        on from_counts.learn_on = origins.learn_on
    group by origins.as_of_on, from_counts.from_product_id

),

served_pairs as (

    select
        origins.as_of_on,
        pair_counts.from_product_id,
        pair_counts.to_product_id,
        sum(pair_counts.pair_count) as pair_count
    from pair_counts
    inner join origins
        on pair_counts.learn_on = origins.learn_on
    group by origins.as_of_on, pair_counts.from_product_id, pair_counts.to_product_id

),

base as (

    select
        served_pairs.as_of_on,
        served_pairs.to_product_id,
        served_pairs.pair_count / cast(served_from.from_count as double) as base_probability
    from served_pairs
    inner join served_from
        on
            served_pairs.as_of_on = served_from.as_of_on
            and served_pairs.from_product_id = served_from.from_product_id
    where served_pairs.from_product_id = ''

),

rated as (

    select
        served_pairs.as_of_on,
        served_pairs.from_product_id,
        served_pairs.to_product_id,
        served_from.from_count,
        served_pairs.pair_count,
        base.base_probability,
        case
            when served_pairs.from_product_id = '' then base.base_probability
            else
                (served_pairs.pair_count + policy.smoothing_customers * base.base_probability)
                / (served_from.from_count + policy.smoothing_customers)
        end as probability
    from served_pairs
    cross join policy
    inner join served_from
        on
            served_pairs.as_of_on = served_from.as_of_on
            and served_pairs.from_product_id = served_from.from_product_id
    inner join base
        on
            served_pairs.as_of_on = base.as_of_on
            and served_pairs.to_product_id = base.to_product_id
    where served_pairs.pair_count >= policy.minimum_customers

),

ranked as (

    select
        *,
        row_number() over (
            partition by as_of_on, from_product_id
            order by
                probability - case when from_product_id = '' then 0 else base_probability end desc nulls last,
                to_product_id asc
        ) as neighbour_rank
    from rated

),

final as (

    select
        ranked.as_of_on,
        ranked.from_product_id,
        ranked.to_product_id,
        ranked.from_count,
        ranked.pair_count,
        ranked.base_probability,
        ranked.probability,
        ranked.neighbour_rank
    from ranked
    cross join policy
    where
        ranked.neighbour_rank <= policy.neighbour_articles
        and (ranked.from_product_id = '' or ranked.probability > ranked.base_probability)

)

select * from final
