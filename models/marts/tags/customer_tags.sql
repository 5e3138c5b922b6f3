-- grain: one customer and one tag that holds, as of the latest date

-- In force since the date at which the tag was gained under its present version (tag_history); a tag whose rule changed
-- begins anew.

with

final as (

    select
        cast(subjects.customer_id as string) as customer_id,
        cast(held.tag_code as string) as tag_code,
        cast(held.tag_version as integer) as tag_version,
        cast(held.family as string) as family,
        cast(held.number_value as double) as number_value,
        cast(held.text_value as string) as text_value,
        cast(coalesce(recorded.since_on, subjects.as_of_on) as date) as since_on,
        cast(subjects.as_of_on as date) as as_of_on
    from {{ ref('int_tags__held') }} as held
    inner join {{ ref('int_features__subjects') }} as subjects
        on held.subject_key = subjects.subject_key
    left join {{ ref('int_tags__recorded') }} as recorded
        on
            subjects.customer_id = recorded.customer_id
            and held.tag_code = recorded.tag_code
            and held.tag_version = recorded.tag_version
    where not held.is_review

)

select * from final
