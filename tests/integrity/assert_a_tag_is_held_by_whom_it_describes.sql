-- A simple tag that reads a number is held today by all whose number is what the catalog asks for, and by nobody else;
-- a composite by nobody who lacks a member of each of its groups.

{% set features = ref('int_tags__features') -%}
with

{{ feature_value_ctes('(select * from ' ~ features ~ ' where not is_review)', 'subject_key') }},

held as (

    select
        subject_key,
        tag_code
    from {{ ref('int_tags__held') }}
    where not is_review

),

number_tags as (

    select catalog.*
    from {{ ref('tag_catalog') }} as catalog
    semi join {{ ref('int_tags__rules') }} as rules
        on catalog.tag_code = rules.tag_code
    where catalog.operator not in ('in', 'not_in')

),

described as (

    select
        numbers.subject_key,
        tags.tag_code
    from number_values as numbers
    inner join number_tags as tags
        on numbers.feature = tags.feature
    where
        case tags.operator
            when 'is_true' then numbers.number_value = 1
            when 'is_false' then numbers.number_value = 0
            when 'equals' then numbers.number_value = tags.value_low
            when 'above' then numbers.number_value > tags.value_low
            when 'at_least' then numbers.number_value >= tags.value_low
            when 'at_most' then numbers.number_value <= tags.value_high
            when 'below' then numbers.number_value < tags.value_high
            else numbers.number_value >= tags.value_low and numbers.number_value < tags.value_high
        end

),

member_groups as (

    select
        tag_code,
        member_group,
        count(case when not is_negated then 1 end) as required_count
    from {{ ref('int_tags__members') }}
    group by tag_code, member_group

),

-- a composite with a group of what somebody must not be asks for no member
composites as (

    select tag_code
    from member_groups
    group by tag_code
    having min(required_count) > 0

),

met_groups as (

    select
        held.subject_key,
        members.tag_code
    from held
    inner join {{ ref('int_tags__members') }} as members
        on
            held.tag_code = members.member_code
            and not members.is_negated
    inner join member_groups
        on
            members.tag_code = member_groups.tag_code
            and members.member_group = member_groups.member_group
    group by held.subject_key, members.tag_code, members.member_group
    having count(*) = min(member_groups.required_count)

),

broken as (

    select described.tag_code
    from described
    anti join held
        on
            described.subject_key = held.subject_key
            and described.tag_code = held.tag_code

    union all

    select held.tag_code
    from held
    semi join number_tags
        on held.tag_code = number_tags.tag_code
    anti join described
        on
            held.subject_key = described.subject_key
            and held.tag_code = described.tag_code

    union all

    select held.tag_code
    from held
    semi join composites
        on held.tag_code = composites.tag_code
    anti join met_groups
        on
            held.subject_key = met_groups.subject_key
            and held.tag_code = met_groups.tag_code

)

select
    tag_code,
    count(*) as row_count
from broken
group by tag_code
