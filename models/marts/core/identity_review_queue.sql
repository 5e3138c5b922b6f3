-- grain: two customer records that may be one customer and one reason why a person has to decide

with

-- several people fit, or the policy asks for a look
proposed as (

    select
        record_key_a,
        record_key_b,
        rule_code,
        evidence_type,
        name_agreement,
        cast(null as double) as match_probability,
        review_reason
    from {{ ref('int_identity__attachments') }}
    where decision = 'review'

    union all

    select
        record_key_a,
        record_key_b,
        rule_code,
        evidence_type,
        name_agreement,
        cast(null as double) as match_probability,
        case when is_conflict then 'conflict' else 'policy' end as review_reason
    from {{ ref('int_identity__pairs') }}
    where
        is_conflict
        or decision = 'review'

    union all

    -- neither clearly one person nor clearly two
    select
        record_key_a,
        record_key_b,
        'weights' as rule_code,
        'weights' as evidence_type,
        name_agreement,
        match_probability,
        case when is_conflict then 'conflict' else coalesce(asks_for, 'undecided') end as review_reason
    from {{ ref('int_identity__weighed_pairs') }}
    where decision = 'review'

    union all

    -- a link that the stricter look at a suspicious group did not keep
    select
        links.record_key_a,
        links.record_key_b,
        links.rule_code,
        links.evidence_type,
        links.name_agreement,
        links.match_probability,
        'suspicious' as review_reason
    from {{ ref('int_identity__links') }} as links

),

pairs as (

    {{ masked_pairs('proposed', 'cast(links.review_reason as string) as review_reason') }}

),

sizes as (

    select
        customer_id,
        count(*) as record_count
    from {{ ref('int_customers__ids') }}
    group by customer_id

),

final as (

    select
        pairs.record_id_a,
        pairs.record_id_b,
        pairs.customer_id_a,
        pairs.customer_id_b,
        pairs.source_system_a,
        pairs.source_system_b,
        pairs.rule_code,
        pairs.review_reason,
        pairs.evidence_type,
        pairs.value_a_masked,
        pairs.value_b_masked,
        pairs.name_a_masked,
        pairs.name_b_masked,
        pairs.name_agreement,
        coalesce(pairs.match_probability, scores.match_probability) as match_probability,
        -- the records that a yes would bring to their customer, as often as it is to be expected
        coalesce(pairs.match_probability, scores.match_probability)
        * least(sizes_a.record_count, sizes_b.record_count) as expected_gain
    from pairs
    inner join sizes as sizes_a
        on pairs.customer_id_a = sizes_a.customer_id
    inner join sizes as sizes_b
        on pairs.customer_id_b = sizes_b.customer_id
    left join {{ ref('int_identity__scores') }} as scores
        on
            least(pairs.record_key_a, pairs.record_key_b) = scores.record_key_a
            and greatest(pairs.record_key_a, pairs.record_key_b) = scores.record_key_b
    -- what a steward has answered is no question any more, `undecided` included
    left join {{ ref('int_identity__decisions') }} as decisions
        on
            least(pairs.record_key_a, pairs.record_key_b) = decisions.record_key_a
            and greatest(pairs.record_key_a, pairs.record_key_b) = decisions.record_key_b
    where
        pairs.customer_id_a <> pairs.customer_id_b
        and decisions.record_key_a is null

)

select * from final
