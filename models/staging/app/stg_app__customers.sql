-- grain: one app account

with

accounts as (

    {{ accepted(ref('base_app__users')) }}

),

final as (

    select
        *,
        -- the app opens accounts for natural persons only
        'person' as record_kind
    from accounts

)

select * from final
