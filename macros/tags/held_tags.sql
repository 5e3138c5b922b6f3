{#-
  CTEs from features to values: a row per customer, date and feature that is known, numbers and texts apart; flags are
  1 and 0. `features` names a CTE with customer_id, as_of_on and the columns (customer_features()).
-#}
{% macro feature_value_ctes(features, columns) %}
{%- set texts = columns | selectattr('kind', 'equalto', 'text') | map(attribute='name') | list %}
{%- set numbers = columns | rejectattr('kind', 'equalto', 'text') | map(attribute='name') | list %}
number_values as (

    select
        customer_id,
        as_of_on,
        feature,
        number_value
    from (
        select
            {%- for column in numbers %}
            cast({{ column }} as double) as {{ column }},
            {%- endfor %}
            customer_id,
            as_of_on
        from {{ features }}
    ) as typed
    unpivot (number_value for feature in ({{ numbers | join(', ') }})) as turned

),

text_values as (

    select
        customer_id,
        as_of_on,
        feature,
        text_value
    from (
        select
            {%- for column in texts %}
            {{ column }},
            {%- endfor %}
            customer_id,
            as_of_on
        from {{ features }}
    ) as typed
    unpivot (text_value for feature in ({{ texts | join(', ') }})) as turned

)
{%- endmacro %}

{#-
  CTEs from values (feature_value_ctes) to `held_tags`: one row per customer, date and tag that holds, with the value
  that made it hold. A rule is an interval of numbers or a list of texts; a composite holds while all members of one of
  its groups do (negated: do not). Depth 3: simple tags, composites of them, composites of those.
-#}
{% macro held_tag_ctes() %}
rules as (

    select * from {{ ref('int_tags__rules') }}

),

simple_tags as (

    select
        number_values.customer_id,
        number_values.as_of_on,
        rules.tag_code,
        rules.tag_version,
        rules.family,
        number_values.number_value,
        cast(null as varchar) as text_value
    from number_values
    inner join rules
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
        text_values.customer_id,
        text_values.as_of_on,
        rules.tag_code,
        rules.tag_version,
        rules.family,
        cast(null as double) as number_value,
        text_values.text_value
    from text_values
    inner join rules
        on
            text_values.feature = rules.feature
            and (position('|' || text_values.text_value || '|' in rules.texts) > 0) <> rules.is_negated
    where rules.is_text

),

members as (

    select * from {{ ref('int_tags__members') }}

),

{%- for depth in [2, 3] %}
{%- set held = 'simple_tags' if depth == 2 else 'held_to_2' %}

met_{{ depth }} as (

    select
        held.customer_id,
        held.as_of_on,
        members.tag_code,
        members.tag_version,
        members.family,
        members.member_group,
        members.required_count,
        sum(case when members.is_negated then 0 else 1 end) as met_count,
        sum(case when members.is_negated then 1 else 0 end) as broken_count
    from {{ held }} as held
    inner join members
        on held.tag_code = members.member_code
    where members.tag_depth = {{ depth }}
    group by
        held.customer_id, held.as_of_on,
        members.tag_code, members.tag_version, members.family, members.member_group, members.required_count

),

held_to_{{ depth }} as (

    select
        customer_id,
        as_of_on,
        tag_code,
        tag_version,
        family,
        number_value,
        text_value
    from {{ held }}

    union all

    select distinct
        customer_id,
        as_of_on,
        tag_code,
        tag_version,
        family,
        cast(null as double) as number_value,
        cast(null as varchar) as text_value
    from met_{{ depth }}
    where
        met_count = required_count
        and broken_count = 0

),
{%- endfor %}

held_tags as (

    select * from held_to_3

)
{%- endmacro %}
