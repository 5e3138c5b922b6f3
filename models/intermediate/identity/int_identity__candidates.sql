-- grain: two customer records of persons that are compared

with

policy as (

    select * from {{ ref('identity_model') }}

),

keys as (

    select * from {{ ref('int_identity__block_keys') }}

),

usable as (

    select keys.key_hash
    from keys
    cross join policy
    group by keys.key_hash
    having
        count(*) > 1
        and (count(*) <= max(policy.max_records_per_key) or max(keys.key_type) = 'everybody')

),

kept as (

    select
        keys.record_key,
        keys.key_hash
    from keys
    inner join usable
        on keys.key_hash = usable.key_hash

),

final as (

    select distinct
        a.record_key as record_key_a,
        b.record_key as record_key_b
    from kept as a
    inner join kept as b
        on
            a.key_hash = b.key_hash
            and a.record_key < b.record_key

)

select * from final
