-- grain: one follower account

with

followers as (

    {{ accepted(ref('base_social__followers')) }}

),

final as (

    select
        *,
        -- companies follow nobody here: an account belongs to a person
        'person' as record_kind
    from followers

)

select * from final
