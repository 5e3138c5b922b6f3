-- grain: two customer records of persons that weights join, or leave open

with

policy as (

    select * from {{ ref('identity_model') }}

),

scored as (

    select
        scores.record_key_a,
        scores.record_key_b,
        scores.match_weight,
        scores.match_probability,
        scores.joining_weight,
        scores.asks_for,
        scores.is_conflict,
        {{ name_agreement('a', 'b') }} as name_agreement,
        cores_a.core_key = cores_b.core_key as is_joined
    from {{ ref('int_identity__scores') }} as scores
    inner join {{ ref('int_identity__records') }} as a
        on scores.record_key_a = a.record_key
    inner join {{ ref('int_identity__records') }} as b
        on scores.record_key_b = b.record_key
    inner join {{ ref('int_identity__cores') }} as cores_a
        on scores.record_key_a = cores_a.record_key
    inner join {{ ref('int_identity__cores') }} as cores_b
        on scores.record_key_b = cores_b.record_key

),

final as (

    select
        scored.record_key_a,
        scored.record_key_b,
        scored.match_weight,
        scored.match_probability,
        scored.asks_for,
        scored.is_conflict,
        scored.name_agreement,
        case when scored.is_joined then 'link' else 'review' end as decision
    from scored
    cross join policy
    where
        (scored.is_joined and scored.joining_weight >= policy.link_weight)
        or (not scored.is_joined and scored.match_weight >= policy.review_weight)

)

select * from final
