-- grain: one tag and version, with the rule that it stands for: what earlier builds recorded and what is new

with

earlier as (

    select * from {{ ref('stg_state__tag_versions') }}

),

compositions as (

    select
        tag_code,
        {{ list_as_text(sorted_list('member')) }} as members
    from (
        select
            tag_code,
            member_group || ':' || case when is_negated then '!' else '' end || member_code as member
        from {{ ref('tag_composites') }}
    ) as members
    group by tag_code

),

new_versions as (

    select
        tags.tag_code,
        tags.version as tag_version,
        tags.feature,
        tags.operator,
        tags.value_low,
        tags.value_high,
        tags.value_text,
        compositions.members,
        as_of.as_of_on as first_as_of_on,
        '{{ build_id() }}' as first_build_id
    from {{ ref('tag_catalog') }} as tags
    cross join {{ ref('int_calendar__as_of') }} as as_of
    left join compositions
        on tags.tag_code = compositions.tag_code
    left join earlier
        on
            tags.tag_code = earlier.tag_code
            and tags.version = earlier.tag_version
    where earlier.tag_code is null

),

versions as (

    select * from earlier

    union all

    select * from new_versions

),

final as (

    select
        cast(tag_code as string) as tag_code,
        cast(tag_version as integer) as tag_version,
        cast(feature as string) as feature,
        cast(operator as string) as operator,
        cast(value_low as double) as value_low,
        cast(value_high as double) as value_high,
        cast(value_text as string) as value_text,
        cast(members as string) as members,
        cast(first_as_of_on as date) as first_as_of_on,
        cast(first_build_id as string) as first_build_id
    from versions

)

select * from final
