-- grain: one simple tag in force at the latest date: an interval of numbers or a list of texts

with

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

final as (

    select
        tags.tag_code,
        tags.version as tag_version,
        tags.family,
        tags.feature,
        tags.operator in ('in', 'not_in') as is_text,
        tags.operator = 'not_in' as is_negated,
        '|' || tags.value_text || '|' as texts,
        case
            when tags.operator = 'is_true' then 1
            when tags.operator = 'is_false' then 0
            else coalesce(tags.value_low, cast('-infinity' as double))
        end as number_from,
        case
            when tags.operator = 'is_true' then 1
            when tags.operator = 'is_false' then 0
            when tags.operator = 'equals' then tags.value_low
            else coalesce(tags.value_high, cast('infinity' as double))
        end as number_to,
        -- between is closed below and open above: a value on a bound belongs to one band only
        tags.operator <> 'above' as includes_from,
        tags.operator in ('at_most', 'equals', 'at_least', 'above', 'is_true', 'is_false') as includes_to
    from {{ ref('tag_catalog') }} as tags
    cross join as_of
    where
        tags.status = 'active'
        and tags.operator <> 'composite'
        and coalesce(tags.valid_from_on <= as_of.as_of_on, true)
        and coalesce(tags.valid_to_on >= as_of.as_of_on, true)

)

select * from final
