-- grain: two cores of persons that the fitted model takes for one, each by the record that names it

with

policy as (

    select * from {{ ref('identity_model') }}

),

profiles as (

    select
        cores.record_key,
        profiles.*
    from {{ ref('int_identity__core_profiles') }} as profiles
    inner join {{ ref('int_identity__cores') }} as cores
        on profiles.core_key = cores.core_key

),

records as (

    select * from {{ ref('int_identity__records') }}

),

scored as (

    select
        scores.record_key_a,
        scores.record_key_b,
        scores.match_probability,
        {{ name_agreement('a', 'b') }} as name_agreement,
        {{ identity_conflict('profiles_a', 'profiles_b') }} as is_conflict,
        profiles_a.is_named as is_named_a,
        profiles_b.is_named as is_named_b
    from {{ ref('int_identity__model_scores') }} as scores
    inner join records as a
        on scores.record_key_a = a.record_key
    inner join records as b
        on scores.record_key_b = b.record_key
    inner join profiles as profiles_a
        on scores.record_key_a = profiles_a.record_key
    inner join profiles as profiles_b
        on scores.record_key_b = profiles_b.record_key

),

candidates as (

    select
        record_key,
        count(*) as candidate_count
    from (
        select record_key_a as record_key from scored
        union all
        select record_key_b as record_key from scored
    ) as ends
    group by record_key

),

final as (

    select
        scored.record_key_a,
        scored.record_key_b,
        scored.match_probability,
        scored.name_agreement,
        scored.is_conflict,
        case
            when
                scored.match_probability >= policy.link_threshold
                and not scored.is_conflict
                and contains(' ' || policy.name_agreements || ' ', ' ' || scored.name_agreement || ' ')
                -- who has no complete name belongs to one person, not to each of several: that would join them
                and (scored.is_named_a or candidates_a.candidate_count = 1)
                and (scored.is_named_b or candidates_b.candidate_count = 1)
                then 'link'
            else 'review'
        end as decision
    from scored
    inner join candidates as candidates_a
        on scored.record_key_a = candidates_a.record_key
    inner join candidates as candidates_b
        on scored.record_key_b = candidates_b.record_key
    cross join policy

)

select * from final
