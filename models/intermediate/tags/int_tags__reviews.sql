-- grain: one tag in force and one quarter's end: for how many of the drawn customers it held and who of them bought

-- Today's rules on the features of that day, so that a tag added today is reviewed on the past at once. Features that
-- exist for the latest date only are not known here. A composite is answered for everybody.

with

policy as (

    select * from {{ ref('tag_policy') }}

),

features as (

    select * from {{ ref('int_features__customers') }}
    where is_review

),

{%- set latest = latest_features() %}

{{ held_tag_ctes('features', customer_features() | rejectattr('name', 'in', latest) | list) }},

latest as (

    select as_of_on from {{ ref('int_value__as_of_dates') }}
    where is_latest

),

buyers as (

    select
        features.customer_id,
        features.as_of_on,
        {{ add_days('features.as_of_on', 'policy.follow_days') }} as until_on
    from features
    cross join policy
    where features.has_purchased

),

purchases as (

    select
        versions.customer_id,
        versions.ordered_on
    from {{ ref('int_value__day_versions') }} as versions
    cross join latest
    where
        versions.order_count > 0
        and versions.valid_from_on <= latest.as_of_on
        and versions.valid_to_on > latest.as_of_on

),

followed as (

    -- who has purchased before and whose days to follow have all passed
    select
        buyers.customer_id,
        buyers.as_of_on,
        max(case when purchases.customer_id is null then 0 else 1 end) as has_bought
    from buyers
    inner join latest
        on buyers.until_on <= latest.as_of_on
    left join purchases
        on
            buyers.customer_id = purchases.customer_id
            and buyers.as_of_on < purchases.ordered_on
            and buyers.until_on >= purchases.ordered_on
    group by buyers.customer_id, buyers.as_of_on

),

known as (

    select
        subject_key,
        feature
    from number_values

    union all

    select
        subject_key,
        feature
    from text_values

    union all

    select
        subject_key,
        'composite' as feature
    from subjects

),

feature_counts as (

    select
        subjects.as_of_on,
        known.feature,
        count(*) as known_count,
        count(followed.customer_id) as known_followed,
        coalesce(sum(followed.has_bought), 0) as known_bought
    from known
    inner join subjects
        on known.subject_key = subjects.subject_key
    left join followed
        on
            subjects.customer_id = followed.customer_id
            and subjects.as_of_on = followed.as_of_on
    group by subjects.as_of_on, known.feature

),

tag_counts as (

    select
        held_tags.as_of_on,
        held_tags.tag_code,
        count(*) as holder_count,
        count(followed.customer_id) as holder_followed,
        coalesce(sum(followed.has_bought), 0) as holder_bought
    from held_tags
    left join followed
        on
            held_tags.customer_id = followed.customer_id
            and held_tags.as_of_on = followed.as_of_on
    group by held_tags.as_of_on, held_tags.tag_code

),

dates as (

    select distinct as_of_on from features

),

in_force as (

    select
        tag_code,
        tag_version,
        feature
    from rules

    union all

    select distinct
        tag_code,
        tag_version,
        'composite' as feature
    from members

),

final as (

    select
        in_force.tag_code,
        in_force.tag_version,
        dates.as_of_on,
        coalesce(feature_counts.known_count, 0) as known_count,
        coalesce(tag_counts.holder_count, 0) as holder_count,
        coalesce(feature_counts.known_followed, 0) as known_followed,
        coalesce(feature_counts.known_bought, 0) as known_bought,
        coalesce(tag_counts.holder_followed, 0) as holder_followed,
        coalesce(tag_counts.holder_bought, 0) as holder_bought
    from in_force
    cross join dates
    left join feature_counts
        on
            in_force.feature = feature_counts.feature
            and dates.as_of_on = feature_counts.as_of_on
    left join tag_counts
        on
            in_force.tag_code = tag_counts.tag_code
            and dates.as_of_on = tag_counts.as_of_on

)

select * from final
