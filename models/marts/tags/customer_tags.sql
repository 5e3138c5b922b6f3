-- grain: one customer and one tag that holds, as of the latest date

-- In force since the date at which the tag was gained under its present version (tag_history); a tag whose rule changed
-- begins anew.

with

features as (

    select * from {{ ref('customer_features') }}

),

{{ feature_value_ctes('features', customer_features()) }},

{{ held_tag_ctes() }},

events as (

    select
        events.*,
        row_number() over (
            partition by events.customer_id, events.tag_code, events.tag_version
            order by events.as_of_on desc, events.build_id desc
        ) as latest_rank
    from {{ ref('stg_state__tag_history') }} as events
    inner join {{ ref('int_calendar__as_of') }} as as_of
        on events.as_of_on <= as_of.as_of_on

),

gained as (

    select
        customer_id,
        tag_code,
        tag_version,
        as_of_on
    from events
    where
        latest_rank = 1
        and event = 'gained'

),

final as (

    select
        cast(held_tags.customer_id as varchar) as customer_id,
        cast(held_tags.tag_code as varchar) as tag_code,
        cast(held_tags.tag_version as integer) as tag_version,
        cast(held_tags.family as varchar) as family,
        cast(held_tags.number_value as double) as number_value,
        cast(held_tags.text_value as varchar) as text_value,
        cast(coalesce(gained.as_of_on, held_tags.as_of_on) as date) as since_on,
        cast(held_tags.as_of_on as date) as as_of_on
    from held_tags
    left join gained
        on
            held_tags.customer_id = gained.customer_id
            and held_tags.tag_code = gained.tag_code
            and held_tags.tag_version = gained.tag_version

)

select * from final
