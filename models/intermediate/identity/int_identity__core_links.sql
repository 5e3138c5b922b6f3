-- grain: two customer records that belong to one core

with

pairs as (

    select * from {{ ref('int_identity__pairs') }}

),

final as (

    select
        record_key_a,
        record_key_b
    from pairs
    where
        decision = 'link'
        and not is_conflict

    union

    select
        record_key_a,
        record_key_b
    from {{ ref('int_identity__decisions') }}
    where decision = 'must_link'

)

select * from final
