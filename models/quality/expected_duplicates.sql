-- grain: one customer that may be an earlier one and what the pairs that say so lack

-- A customer is surplus once, however many say so: the customers before it exclude each other, so it is none of them
-- with the odds of 1 against the sum of theirs. The probability is divided among what the pairs lack by their odds.

with

-- a probability of 1 has no odds
pairs as (

    select
        *,
        case
            when match_probability >= 0.999999999999 then 1e12
            else match_probability / (1.0 - match_probability)
        end as match_odds
    from {{ ref('duplicate_customers') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by other_customer_id, lacks
            order by match_odds desc, first_customer_id asc
        ) as place
    from pairs

),

summed as (

    select
        customer_kind,
        other_customer_id as customer_id,
        lacks,
        max(case when place = 1 then first_customer_id end) as earlier_customer_id,
        {{ exact_sum('match_odds') }} as match_odds
    from ranked
    group by customer_kind, other_customer_id, lacks

),

final as (

    select
        cast(customer_kind as string) as customer_kind,
        cast(customer_id as string) as customer_id,
        cast(lacks as string) as lacks,
        cast(earlier_customer_id as string) as earlier_customer_id,
        cast(
            match_odds / (1.0 + {{ exact_sum('match_odds', over='over (partition by customer_id)') }}) as double
        ) as duplicate_probability
    from summed

)

select * from final
