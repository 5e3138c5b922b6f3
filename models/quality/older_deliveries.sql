-- grain: one delivered file that is older than a file in force for the same records

with

loads as (

    select * from {{ ref('stg_landing__loads') }}

),

final as (

    select
        older.source_system,
        older.entity,
        older.load_id,
        older.source_file,
        older.newest_record,
        newer.source_file as newer_file,
        newer.newest_record as newer_record,
        older.status = 'in_force' as is_in_force
    from loads as older
    inner join loads as newer
        on
            older.source_system = newer.source_system
            and older.entity = newer.entity
            and older.newer_load_id = newer.load_id

)

select * from final
