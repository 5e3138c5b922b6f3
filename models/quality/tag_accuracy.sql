-- grain: one tag in force for which there are labels

-- Over the customers whose feature is known, of a composite the feature of one simple tag in it; those it is not known
-- of are counted beside. Empty without labels. A customer is the true customer that most of its records belong to.

with

labels as (

    select * from {{ ref('stg_truth__tag_labels') }}

),

ids as (

    select * from {{ ref('int_customers__ids') }}

),

ranked as (

    select
        ids.customer_id,
        links.true_customer_id,
        row_number() over (
            partition by ids.customer_id order by count(*) desc, links.true_customer_id asc
        ) as true_rank
    from {{ ref('stg_truth__record_links') }} as links
    inner join ids
        on
            links.source_system = ids.source_system
            and links.source_customer_id = ids.source_customer_id
    group by ids.customer_id, links.true_customer_id

),

registry as (

    select * from {{ ref('tag_registry') }}
    where is_in_force

),

labelled as (

    select
        ranked.customer_id,
        labels.tag_code,
        labels.is_true
    from labels
    inner join registry
        on labels.tag_code = registry.tag_code
    inner join ranked
        on
            labels.true_customer_id = ranked.true_customer_id
            and ranked.true_rank = 1

),

features as (

    select * from {{ ref('customer_features') }}

),

{{ feature_value_ctes('features') }},

known as (

    select
        customer_id,
        feature
    from number_values

    union all

    select
        customer_id,
        feature
    from text_values

),

rules as (

    select * from {{ ref('int_tags__rules') }}

),

members as (

    select * from {{ ref('int_tags__members') }}

),

bases as (

    select
        tag_code,
        feature
    from rules

    union

    select
        members.tag_code,
        rules.feature
    from members
    inner join rules
        on members.member_code = rules.tag_code

    union

    select
        members.tag_code,
        rules.feature
    from members
    inner join members as inner_members
        on members.member_code = inner_members.tag_code
    inner join rules
        on inner_members.member_code = rules.tag_code

),

known_tags as (

    select distinct
        known.customer_id,
        bases.tag_code
    from known
    inner join bases
        on known.feature = bases.feature

),

compared as (

    select
        labelled.tag_code,
        labelled.is_true,
        tags.customer_id is not null as is_held,
        known_tags.customer_id is not null as is_known
    from labelled
    left join known_tags
        on
            labelled.customer_id = known_tags.customer_id
            and labelled.tag_code = known_tags.tag_code
    left join {{ ref('customer_tags') }} as tags
        on
            labelled.customer_id = tags.customer_id
            and labelled.tag_code = tags.tag_code

),

counted as (

    select
        tag_code,
        count(case when is_known then 1 end) as labelled_count,
        count(case when not is_known and is_true then 1 end) as unknown_true_count,
        count(case when is_known and is_held and is_true then 1 end) as true_positives,
        count(case when is_known and is_held and not is_true then 1 end) as false_positives,
        count(case when is_known and not is_held and is_true then 1 end) as false_negatives,
        count(case when is_known and is_held = is_true then 1 end) as agreeing_count
    from compared
    group by tag_code

),

final as (

    select
        counted.tag_code,
        registry.family,
        registry.label_zh,
        registry.label_en,
        counted.labelled_count,
        counted.unknown_true_count,
        counted.true_positives,
        counted.false_positives,
        counted.false_negatives,
        counted.true_positives / cast(nullif(counted.true_positives + counted.false_positives, 0) as double)
            as precision_rate,
        counted.true_positives / cast(nullif(counted.true_positives + counted.false_negatives, 0) as double)
            as recall_rate,
        counted.agreeing_count / cast(nullif(counted.labelled_count, 0) as double) as accuracy_rate
    from counted
    inner join registry
        on counted.tag_code = registry.tag_code

)

select * from final
