-- grain: one app account

with

accounts as (

    {{ accepted(ref('base_app__users')) }}

),

final as (

    select
        *,
        -- the app opens accounts for natural persons only
        'person' as record_kind,
        -- a date that lies after its file is no trace of anybody
        case when cast(registered_at as date) <= landed_on then registered_at end as first_seen_at,
        case when cast(last_login_at as date) <= landed_on then last_login_at end as last_seen_at
    from accounts

)

select * from final
