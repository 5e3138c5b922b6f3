-- grain: one shop account

with

accounts as (

    {{ accepted(ref('base_shop__users')) }}

),

final as (

    select
        *,
        -- the shop opens accounts for natural persons only
        'person' as record_kind
    from accounts

)

select * from final
