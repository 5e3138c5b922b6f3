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
        case when is_clear then 'policy' else 'ambiguous' end as review_reason
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
        'model' as rule_code,
        'model' as evidence_type,
        name_agreement,
        match_probability,
        case when is_conflict then 'conflict' else 'model' end as review_reason
    from {{ ref('int_identity__model_pairs') }}
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

records as (

    select * from {{ ref('int_identity__records') }}

),

ids as (

    select * from {{ ref('int_customers__ids') }}

),

final as (

    select
        cast(a.record_id as varchar) as record_id_a,
        cast(b.record_id as varchar) as record_id_b,
        cast(ids_a.customer_id as varchar) as customer_id_a,
        cast(ids_b.customer_id as varchar) as customer_id_b,
        cast(a.source_system as varchar) as source_system_a,
        cast(b.source_system as varchar) as source_system_b,
        cast(links.rule_code as varchar) as rule_code,
        cast(links.review_reason as varchar) as review_reason,
        cast(links.evidence_type as varchar) as evidence_type,
        cast({{ masked_evidence('a') }} as varchar) as value_a_masked,
        cast({{ masked_evidence('b') }} as varchar) as value_b_masked,
        cast({{ mask_name('a.name') }} as varchar) as name_a_masked,
        cast({{ mask_name('b.name') }} as varchar) as name_b_masked,
        cast(links.name_agreement as varchar) as name_agreement,
        cast(links.match_probability as double) as match_probability
    from proposed as links
    inner join records as a
        on links.record_key_a = a.record_key
    inner join records as b
        on links.record_key_b = b.record_key
    inner join ids as ids_a
        on links.record_key_a = ids_a.record_key
    inner join ids as ids_b
        on links.record_key_b = ids_b.record_key
    -- what a steward has decided is no question any more
    left join {{ ref('int_identity__decisions') }} as decisions
        on
            least(links.record_key_a, links.record_key_b) = decisions.record_key_a
            and greatest(links.record_key_a, links.record_key_b) = decisions.record_key_b
    where
        ids_a.customer_id <> ids_b.customer_id
        and decisions.record_key_a is null

)

select * from final
