-- grain: one tag and version, with the rule that it stood for

with

landed as (

    select * from {{ source('state', 'tag_versions') }}

),

final as (

    select
        tag_code,
        cast(tag_version as integer) as tag_version,
        feature,
        operator,
        cast(value_low as double) as value_low,
        cast(value_high as double) as value_high,
        value_text,
        members,
        cast(first_as_of_on as date) as first_as_of_on,
        first_build_id
    from landed

)

select * from final
