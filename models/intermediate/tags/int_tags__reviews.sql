-- grain: one tag in force and one quarter's end: for how many of the drawn customers it held and who of them bought

-- Today's rules on the features of that day, so that a tag added today is reviewed on the past at once. Features that
-- exist for the latest date only are not known here. A composite is answered for everybody.

with

policy as (

    select * from {{ ref('tag_policy') }}

),

subjects as (

    select * from {{ ref('int_features__subjects') }}
    where is_review

),

latest as (

    select as_of_on from {{ ref('int_value__as_of_dates') }}
    where is_latest

),

buyers as (

    select
        subjects.subject_key,
        subjects.customer_id,
        subjects.as_of_on,
        {{ add_days('subjects.as_of_on', 'policy.follow_days') }} as until_on
    from subjects
    cross join policy
    where subjects.has_purchased

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
        buyers.subject_key,
        max(case when purchases.customer_id is null then 0 else 1 end) as has_bought
    from buyers
    inner join latest
        on buyers.until_on <= latest.as_of_on
    left join purchases
        on
            buyers.customer_id = purchases.customer_id
            and buyers.as_of_on < purchases.ordered_on
            and buyers.until_on >= purchases.ordered_on
    group by buyers.subject_key

),

counted as (

    select
        subjects.as_of_on,
        followed.subject_key is not null as is_followed,
        coalesce(followed.has_bought, 0) as has_bought,
        {%- for feature in customer_features() %}
        count(features.{{ feature.name }}) as {{ feature.name }},
        {%- endfor %}
        count(*) as composite
    from {{ ref('int_tags__features') }} as features
    inner join subjects
        on features.subject_key = subjects.subject_key
    left join followed
        on features.subject_key = followed.subject_key
    where features.is_review
    group by subjects.as_of_on, followed.subject_key is not null, coalesce(followed.has_bought, 0)

),

feature_counts as (

    select
        as_of_on,
        feature,
        sum(known_count) as known_count,
        sum(case when is_followed then known_count else 0 end) as known_followed,
        sum(has_bought * known_count) as known_bought
    from counted
    unpivot (
        known_count for feature in ({{ customer_features() | map(attribute='name') | join(', ') }}, composite)
    ) as turned
    group by as_of_on, feature

),

tag_counts as (

    select
        subjects.as_of_on,
        held.tag_code,
        count(*) as holder_count,
        count(followed.subject_key) as holder_followed,
        coalesce(sum(followed.has_bought), 0) as holder_bought
    from {{ ref('int_tags__held') }} as held
    inner join subjects
        on held.subject_key = subjects.subject_key
    left join followed
        on held.subject_key = followed.subject_key
    where held.is_review
    group by subjects.as_of_on, held.tag_code

),

dates as (

    select distinct as_of_on from subjects

),

in_force as (

    select
        tag_code,
        tag_version,
        feature
    from {{ ref('int_tags__rules') }}

    union all

    select distinct
        tag_code,
        tag_version,
        'composite' as feature
    from {{ ref('int_tags__members') }}

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
