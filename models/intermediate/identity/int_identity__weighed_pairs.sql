-- grain: two customer records of persons that weights join, or leave open

with

policy as (

    select * from {{ ref('identity_model') }}

),

cores as (

    select * from {{ ref('int_identity__cores') }}

),

decided as (

    select
        scores.record_key_a,
        scores.record_key_b,
        scores.match_weight,
        scores.match_probability,
        scores.asks_for,
        scores.is_conflict,
        case when cores_a.core_key = cores_b.core_key then 'link' else 'review' end as decision
    from {{ ref('int_identity__scores') }} as scores
    inner join cores as cores_a
        on scores.record_key_a = cores_a.record_key
    inner join cores as cores_b
        on scores.record_key_b = cores_b.record_key
    cross join policy
    where
        case
            when cores_a.core_key = cores_b.core_key then scores.joining_weight >= policy.link_weight
            else scores.match_weight >= policy.review_weight
        end

),

final as (

    select
        decided.record_key_a,
        decided.record_key_b,
        decided.match_weight,
        decided.match_probability,
        decided.asks_for,
        decided.is_conflict,
        {{ name_agreement('a', 'b') }} as name_agreement,
        decided.decision
    from decided
    inner join {{ ref('int_identity__records') }} as a
        on decided.record_key_a = a.record_key
    inner join {{ ref('int_identity__records') }} as b
        on decided.record_key_b = b.record_key

)

select * from final
