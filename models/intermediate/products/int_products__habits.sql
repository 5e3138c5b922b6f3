-- grain: one customer and one of the articles bought most, as of a date that is served or learnt from

-- Each day on which an article was bought counts by its age (half-life of the policy). At the latest date everybody,
-- at others the drawn.

with

policy as (

    select * from {{ ref('suggestion_policy') }}

),

dates as (

    select
        dates.on_date,
        bool_or(dates.is_latest) as is_latest,
        {{ months_before('dates.on_date', 'max(policy.habit_months)') }} as from_on
    from (
        select
            as_of_on as on_date,
            is_latest
        from {{ ref('int_products__origins') }}
        union all
        select
            learn_on as on_date,
            false as is_latest
        from {{ ref('int_products__origins') }}
    ) as dates
    cross join policy
    group by dates.on_date

),

bought as (

    select
        purchases.customer_number,
        purchases.product_id,
        dates.on_date,
        -- a decimal sum does not depend on the order of rows, and neither do the ranks
        sum(cast(power(
            0.5, {{ days_from('purchases.ordered_on', 'dates.on_date') }} / cast(policy.half_life_days as double)
        ) as decimal(18, 12))) as weight,
        max(purchases.ordered_on) as last_bought_on
    from {{ ref('int_products__purchases') }} as purchases
    inner join dates
        on
            purchases.ordered_on <= dates.on_date
            and purchases.ordered_on > dates.from_on
            and (purchases.is_drawn or dates.is_latest)
    cross join policy
    group by purchases.customer_number, purchases.product_id, dates.on_date

),

ranked as (

    select
        *,
        row_number() over (
            partition by on_date, customer_number
            order by weight desc nulls last, last_bought_on desc, product_id asc
        ) as habit_rank,
        row_number() over (
            partition by on_date, customer_number
            order by last_bought_on desc nulls last, weight desc, product_id asc
        ) as recency_rank
    from bought

),

final as (

    select
        ranked.on_date,
        ranked.customer_number,
        ranked.product_id,
        cast(ranked.weight as double) as weight,
        ranked.habit_rank,
        ranked.recency_rank
    from ranked
    cross join policy
    where ranked.habit_rank <= policy.habit_articles

)

select * from final
