-- grain: one behaviour event

with

events as (

    {{ accepted(ref('base_app__events')) }}

),

final as (

    select
        *,
        'behaviour' as family
    from events

)

select * from final
