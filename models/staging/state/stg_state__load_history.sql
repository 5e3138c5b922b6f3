-- grain: one load that an earlier build saw

with

landed as (

    select * from {{ source('state', 'load_history') }}

),

final as (

    select
        source_system,
        entity,
        load_id,
        source_file,
        cast(landed_on as date) as landed_on,
        cast(row_count as bigint) as row_count,
        first_build_id
    from landed

)

select * from final
