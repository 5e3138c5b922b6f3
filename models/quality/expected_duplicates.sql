-- grain: one person that may be an earlier one

-- What the weights of pairs that were not linked still expect: each customer is counted once, by the likeliest customer
-- before it. Only pairs that share a block key are seen; who shares none with anybody is not counted here or anywhere.

with

ids as (

    select * from {{ ref('int_customers__ids') }}

),

separated as (

    select
        record_key_a,
        record_key_b
    from {{ ref('int_identity__decisions') }}
    where decision = 'must_not_link'

),

unlinked as (

    select
        least(a.customer_id, b.customer_id) as earlier_customer_id,
        greatest(a.customer_id, b.customer_id) as customer_id,
        scores.match_probability
    from {{ ref('int_identity__scores') }} as scores
    inner join ids as a
        on scores.record_key_a = a.record_key
    inner join ids as b
        on scores.record_key_b = b.record_key
    left join separated
        on
            scores.record_key_a = separated.record_key_a
            and scores.record_key_b = separated.record_key_b
    where
        a.customer_id <> b.customer_id
        and not scores.is_conflict
        and separated.record_key_a is null

),

final as (

    select
        cast(customer_id as string) as customer_id,
        cast(earlier_customer_id as string) as earlier_customer_id,
        cast(match_probability as double) as duplicate_probability
    from unlinked
    qualify
        row_number() over (
            partition by customer_id
            order by match_probability desc, earlier_customer_id asc
        ) = 1

)

select * from final
