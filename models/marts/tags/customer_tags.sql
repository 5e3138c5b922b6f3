-- grain: one customer and one tag that holds, as of the latest date

-- In force since the date at which the tag was gained under its present version (tag_history); a tag whose rule changed
-- begins anew.

with

{{ held_tag_ctes(ref('customer_features'), customer_features()) }},

recorded as (

    select * from {{ ref('int_tags__recorded') }}

),

final as (

    select
        cast(held_tags.customer_id as varchar) as customer_id,
        cast(held_tags.tag_code as varchar) as tag_code,
        cast(held_tags.tag_version as integer) as tag_version,
        cast(held_tags.family as varchar) as family,
        cast(held_tags.number_value as double) as number_value,
        cast(held_tags.text_value as varchar) as text_value,
        cast(coalesce(recorded.since_on, held_tags.as_of_on) as date) as since_on,
        cast(held_tags.as_of_on as date) as as_of_on
    from held_tags
    left join recorded
        on
            held_tags.customer_id = recorded.customer_id
            and held_tags.tag_code = recorded.tag_code
            and held_tags.tag_version = recorded.tag_version

)

select * from final
