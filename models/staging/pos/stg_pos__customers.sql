-- grain: one loyalty card

with

cards as (

    {{ accepted(ref('base_pos__members')) }}

),

final as (

    select
        *,
        -- cards are issued to natural persons only
        'person' as record_kind,
        -- a date that lies after its file is no trace of anybody
        case when cast(registered_at as date) <= landed_on then registered_at end as first_seen_at
    from cards

)

select * from final
