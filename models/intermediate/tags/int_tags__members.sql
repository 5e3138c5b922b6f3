-- grain: one member of one group of a composite tag in force at the latest date

with

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

composites as (

    select
        tags.tag_code,
        tags.version as tag_version,
        tags.family
    from {{ ref('tag_catalog') }} as tags
    cross join as_of
    where
        tags.status = 'active'
        and tags.operator = 'composite'
        and coalesce(tags.valid_from_on <= as_of.as_of_on, true)
        and coalesce(tags.valid_to_on >= as_of.as_of_on, true)

),

members as (

    select
        members.tag_code,
        composites.tag_version,
        composites.family,
        members.member_group,
        members.member_code,
        members.is_negated,
        nested.tag_code is not null as is_nested
    from {{ ref('tag_composites') }} as members
    inner join composites
        on members.tag_code = composites.tag_code
    left join composites as nested
        on members.member_code = nested.tag_code

),

final as (

    select
        tag_code,
        tag_version,
        family,
        member_group,
        member_code,
        is_negated,
        is_nested,
        case when bool_or(is_nested) over (partition by tag_code) then 3 else 2 end as tag_depth,
        sum(case when is_negated then 0 else 1 end) over (partition by tag_code, member_group) as required_count
    from members

)

select * from final
