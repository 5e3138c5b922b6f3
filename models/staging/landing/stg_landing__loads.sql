-- grain: one content that was delivered for a replaced entity, in force or still offered

with

landed as (

    select * from {{ source('landing', 'loads') }}

),

final as (

    select
        -- keys
        source_system,
        entity,
        load_id,
        newer as newer_load_id,

        -- attributes
        status,
        coalesce(offered_as, source_file) as source_file,
        newest as newest_record,

        -- flags
        newer is not null as is_older,

        -- measures
        cast(rank as bigint) as load_rank
    from landed
    where
        status = 'in_force'
        or offered_as is not null

)

select * from final
