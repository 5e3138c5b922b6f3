-- grain: one follower account

with

followers as (

    {{ accepted(ref('base_social__followers')) }}

),

final as (

    select
        *,
        -- companies follow nobody here: an account belongs to a person
        'person' as record_kind,
        -- a date that lies after its file is no trace of anybody
        case when cast(followed_at as date) <= landed_on then followed_at end as first_seen_at,
        case when cast(unfollowed_at as date) <= landed_on then unfollowed_at end as last_seen_at
    from followers

)

select * from final
