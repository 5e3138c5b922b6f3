-- grain: two customer records of persons that are compared

with

final as (

    select
        pairs.record_key_a,
        pairs.record_key_b,
        {{ compared_levels() }}
    from {{ ref('int_identity__candidates') }} as pairs
    inner join {{ ref('int_identity__compared') }} as a
        on pairs.record_key_a = a.record_key
    inner join {{ ref('int_identity__compared') }} as b
        on pairs.record_key_b = b.record_key

)

select * from final
