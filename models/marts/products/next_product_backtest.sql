-- grain: one tested date, what is aimed at, one way to suggest and one length of the list

-- A hit: at least one of the suggested articles was bought in the horizon, by a customer who bought then. `any` aims at
-- whatever was bought, `new` at what the customer had never bought before.

{%- set lists = {
    'suggested': {'any': 'any_rank', 'new': 'new_rank'},
    'without_price_limit': {'any': 'any_unlimited_rank', 'new': 'new_unlimited_rank'},
    'most_popular': {'any': 'popular_any_rank', 'new': 'popular_new_rank'},
} %}

with

policy as (

    select * from {{ ref('suggestion_policy') }}

),

origins as (

    select distinct
        as_of_on,
        until_on
    from {{ ref('int_products__origins') }}
    where not is_latest

),

purchases as (

    select * from {{ ref('int_products__purchases') }}
    where is_drawn

),

firsts as (

    select
        customer_number,
        product_id,
        min(ordered_on) as first_bought_on
    from purchases
    group by customer_number, product_id

),

served as (

    select distinct
        on_date as as_of_on,
        customer_number
    from {{ ref('int_products__habits') }}

),

bought as (

    select distinct
        origins.as_of_on,
        origins.until_on,
        purchases.customer_number,
        purchases.product_id,
        firsts.first_bought_on > origins.as_of_on as is_new
    from purchases
    inner join origins
        on
            purchases.ordered_on > origins.as_of_on
            and purchases.ordered_on <= origins.until_on
    inner join served
        on
            origins.as_of_on = served.as_of_on
            and purchases.customer_number = served.customer_number
    inner join firsts
        on
            purchases.customer_number = firsts.customer_number
            and purchases.product_id = firsts.product_id

),

aims as (

    select
        'any' as aim,
        as_of_on,
        until_on,
        customer_number,
        product_id
    from bought

    union all

    select
        'new' as aim,
        as_of_on,
        until_on,
        customer_number,
        product_id
    from bought
    where is_new

),

ranked as (

    {%- for method, ranks in lists.items() %}
    {%- for aim, rank in ranks.items() %}
    select
        '{{ method }}' as method,
        '{{ aim }}' as aim,
        as_of_on,
        customer_number,
        product_id,
        {{ rank }} as list_rank
    from {{ ref('int_products__suggestions') }}
    where {{ rank }} is not null

    union all
    {% endfor %}
    {%- endfor %}
    select
        'repeat_last' as method,
        'any' as aim,
        on_date as as_of_on,
        customer_number,
        product_id,
        recency_rank as list_rank
    from {{ ref('int_products__habits') }}

),

bases as (

    select
        aim,
        as_of_on,
        until_on,
        count(distinct customer_number) as customer_count
    from aims
    group by aim, as_of_on, until_on

),

first_hits as (

    select
        ranked.method,
        aims.aim,
        aims.as_of_on,
        aims.customer_number,
        min(ranked.list_rank) as hit_rank
    from aims
    inner join ranked
        on
            aims.aim = ranked.aim
            and aims.as_of_on = ranked.as_of_on
            and aims.customer_number = ranked.customer_number
            and aims.product_id = ranked.product_id
    group by ranked.method, aims.aim, aims.as_of_on, aims.customer_number

),

lengths as (

    select {{ each_number(1, 'suggestion_count') }} as list_length
    from policy

),

methods as (

    select distinct
        method,
        aim
    from ranked

),

final as (

    select
        cast(bases.as_of_on as date) as as_of_on,
        cast(bases.until_on as date) as until_on,
        cast(bases.aim as string) as aim,
        cast(methods.method as string) as method,
        cast(lengths.list_length as integer) as list_length,
        cast(max(bases.customer_count) as bigint) as customer_count,
        cast(count(first_hits.customer_number) as bigint) as hit_count,
        cast(count(first_hits.customer_number) / cast(max(bases.customer_count) as double) as double) as hit_rate,
        cast(max(policy.reference_hit_rate) as double) as reference_hit_rate
    from bases
    inner join methods
        on bases.aim = methods.aim
    cross join lengths
    cross join policy
    left join first_hits
        on
            bases.aim = first_hits.aim
            and bases.as_of_on = first_hits.as_of_on
            and methods.method = first_hits.method
            and lengths.list_length >= first_hits.hit_rank
    group by bases.as_of_on, bases.until_on, bases.aim, methods.method, lengths.list_length

)

select * from final
