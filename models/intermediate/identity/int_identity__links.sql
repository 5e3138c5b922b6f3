-- grain: two customer records and one rule that joins them

with

final as (

    select
        record_key_a,
        record_key_b,
        rule_code,
        tier,
        evidence_type,
        name_agreement,
        cast(null as double) as match_probability
    from {{ ref('int_identity__pairs') }}
    where
        decision = 'link'
        and not is_conflict

    union all

    select
        record_key_a,
        record_key_b,
        rule_code,
        tier,
        evidence_type,
        name_agreement,
        cast(null as double) as match_probability
    from {{ ref('int_identity__attachments') }}
    where decision = 'link'

    union all

    select
        record_key_a,
        record_key_b,
        'steward_must_link' as rule_code,
        0 as tier,
        'steward' as evidence_type,
        cast(null as string) as name_agreement,
        cast(null as double) as match_probability
    from {{ ref('int_identity__decisions') }}
    where decision = 'must_link'

    union all

    select
        record_key_a,
        record_key_b,
        'weights' as rule_code,
        4 as tier,
        'weights' as evidence_type,
        name_agreement,
        match_probability
    from {{ ref('int_identity__weighed_pairs') }}
    where decision = 'link'

)

select * from final
