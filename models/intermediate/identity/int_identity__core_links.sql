-- grain: two customer records that belong to one core

with

pairs as (

    select * from {{ ref('int_identity__pairs') }}

),

final as (

    select distinct
        record_key_a,
        record_key_b
    from pairs
    where
        decision = 'link'
        and not is_conflict

)

select * from final
