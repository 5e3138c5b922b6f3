-- grain: one loyalty card

with

cards as (

    {{ accepted(ref('base_pos__members')) }}

),

final as (

    select
        *,
        -- cards are issued to natural persons only
        'person' as record_kind
    from cards

)

select * from final
