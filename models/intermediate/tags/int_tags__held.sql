-- grain: one tag that holds for one subject, at the latest date or in the review of a past quarter

-- A rule is an interval of numbers or a list of texts; a composite holds while all members of one of its groups do
-- (negated: do not, where it is known of anybody: without complaints delivered nobody is known not to complain). Depth
-- 3: simple tags, composites of them, composites of those. On the way tags are numbers: a million customers hold 50
-- million tags.

with

{{ feature_value_ctes(ref('int_tags__features'), 'subject_key, is_review') }},

rules as (

    select * from {{ ref('int_tags__rules') }}

),

members as (

    select * from {{ ref('int_tags__members') }}

),

tags as (

    select
        *,
        cast(row_number() over (order by tag_code asc) as smallint) as tag_number
    from (
        select
            tag_code,
            tag_version,
            family
        from rules

        union

        select
            tag_code,
            tag_version,
            family
        from members
    ) as known

),

numbered_rules as (

    select
        rules.*,
        tags.tag_number
    from rules
    inner join tags
        on rules.tag_code = tags.tag_code

),

negated_members as (

    select distinct
        members.tag_code,
        members.member_group,
        rules.feature
    from members
    inner join rules
        on members.member_code = rules.tag_code
    where members.is_negated

),

known_features as (

    select number_values.feature
    from number_values
    inner join negated_members
        on number_values.feature = negated_members.feature

    union

    select text_values.feature
    from text_values
    inner join negated_members
        on text_values.feature = negated_members.feature

),

-- groups with a negated member of which nothing is known
unknown_groups as (

    select distinct
        negated_members.tag_code,
        negated_members.member_group
    from negated_members
    left join known_features
        on negated_members.feature = known_features.feature
    where known_features.feature is null

),

numbered_members as (

    select
        members.*,
        tags.tag_number,
        member_tags.tag_number as member_number
    from members
    inner join tags
        on members.tag_code = tags.tag_code
    inner join tags as member_tags
        on members.member_code = member_tags.tag_code
    left join unknown_groups
        on
            members.tag_code = unknown_groups.tag_code
            and members.member_group = unknown_groups.member_group
    where unknown_groups.tag_code is null

),

-- a rule reads each text once, not each customer's
text_rules as (

    select
        rules.tag_number,
        texts.feature,
        texts.text_value
    from (
        select distinct
            feature,
            text_value
        from text_values
    ) as texts
    inner join numbered_rules as rules
        on
            texts.feature = rules.feature
            and (position('|' || texts.text_value || '|' in rules.texts) > 0) <> rules.is_negated
    where rules.is_text

),

simple_tags as (

    select
        number_values.subject_key,
        number_values.is_review,
        rules.tag_number,
        number_values.number_value,
        cast(null as string) as text_value
    from number_values
    inner join numbered_rules as rules
        on
            number_values.feature = rules.feature
            and (
                number_values.number_value > rules.number_from
                or (rules.includes_from and number_values.number_value = rules.number_from)
            )
            and (
                number_values.number_value < rules.number_to
                or (rules.includes_to and number_values.number_value = rules.number_to)
            )
    where not rules.is_text

    union all

    select
        text_values.subject_key,
        text_values.is_review,
        rules.tag_number,
        cast(null as double) as number_value,
        text_values.text_value
    from text_values
    inner join text_rules as rules
        on
            text_values.feature = rules.feature
            and text_values.text_value = rules.text_value

),

{%- for depth in [2, 3] %}

composites_{{ depth }} as (

    select distinct
        subject_key,
        is_review,
        tag_number
    from (
        select
            held.subject_key,
            held.is_review,
            members.tag_number,
            members.member_group,
            members.required_count,
            sum(case when members.is_negated then 0 else 1 end) as met_count,
            sum(case when members.is_negated then 1 else 0 end) as broken_count
        from (
            select
                subject_key,
                is_review,
                tag_number
            from simple_tags

            {%- if depth == 3 %}

            union all

            select
                subject_key,
                is_review,
                tag_number
            from composites_2

            {%- endif %}
        ) as held
        inner join numbered_members as members
            on held.tag_number = members.member_number
        where members.tag_depth = {{ depth }}
        group by
            held.subject_key, held.is_review, members.tag_number, members.member_group, members.required_count
    ) as met
    where
        met_count = required_count
        and broken_count = 0

),
{%- endfor %}

numbered_tags as (

    select * from simple_tags

    {%- for depth in [2, 3] %}

    union all

    select
        subject_key,
        is_review,
        tag_number,
        cast(null as double) as number_value,
        cast(null as string) as text_value
    from composites_{{ depth }}
    {%- endfor %}

),

final as (

    select
        numbered_tags.subject_key,
        numbered_tags.is_review,
        tags.tag_code,
        tags.tag_version,
        tags.family,
        numbered_tags.number_value,
        numbered_tags.text_value
    from numbered_tags
    inner join tags
        on numbered_tags.tag_number = tags.tag_number

)

select * from final
