-- grain: one pair of records that is linked, or that is left open between two customers, with its band of weights

-- Of two customers that may be one the likeliest pair of records; of linked records the pairs that a rule or weights
-- linked and that were weighed. What a steward has answered is known and no question.

with

linked as (

    select distinct
        least(links.record_key_a, links.record_key_b) as record_key_a,
        greatest(links.record_key_a, links.record_key_b) as record_key_b
    from {{ ref('int_identity__links') }} as links
    inner join {{ ref('int_customers__ids') }} as a
        on links.record_key_a = a.record_key
    inner join {{ ref('int_customers__ids') }} as b
        on links.record_key_b = b.record_key
    where a.customer_id = b.customer_id

),

pairs as (

    select
        'linked' as pair_kind,
        scores.record_key_a,
        scores.record_key_b,
        scores.match_probability
    from linked
    inner join {{ ref('int_identity__scores') }} as scores
        on
            linked.record_key_a = scores.record_key_a
            and linked.record_key_b = scores.record_key_b

    union all

    select
        'open' as pair_kind,
        record_key_a,
        record_key_b,
        match_probability
    from {{ ref('duplicate_customers') }}
    where evidence = 'weights'

),

final as (

    select
        cast(pairs.pair_kind as string) as pair_kind,
        cast(bands.band as string) as band,
        cast(pairs.record_key_a as integer) as record_key_a,
        cast(pairs.record_key_b as integer) as record_key_b,
        cast(pairs.match_probability as double) as match_probability
    from pairs
    inner join {{ ref('identity_weight_bands') }} as bands
        on {{ in_weight_band('pairs.match_probability', 'bands') }}
    left join {{ ref('int_identity__decisions') }} as decisions
        on
            pairs.record_key_a = decisions.record_key_a
            and pairs.record_key_b = decisions.record_key_b
    where decisions.record_key_a is null

)

select * from final
