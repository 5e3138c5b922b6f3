-- grain: one customer, tag and version gained or lost in one build

with

landed as (

    select * from {{ source('state', 'tag_history') }}

),

final as (

    select
        customer_id,
        tag_code,
        cast(tag_version as integer) as tag_version,
        event,
        cast(as_of_on as date) as as_of_on,
        build_id
    from landed

)

select * from final
