-- grain: one rule of identity resolution, and what it did in this build

with

rules as (

    select
        rule_code,
        customer_kind,
        stage,
        evidence_type,
        decision,
        label_zh,
        label_en,
        is_active,
        tier
    from {{ ref('identity_rules') }}

    union all

    -- weighed evidence links persons as a rule does
    select
        'weights' as rule_code,
        'person' as customer_kind,
        'core' as stage,
        'weights' as evidence_type,
        cast(null as string) as decision,
        '综合证据权重' as label_zh,
        'Weighed evidence' as label_en,
        true as is_active,
        4 as tier

),

ids as (

    select * from {{ ref('int_customers__ids') }}

),

linked as (

    select
        links.rule_code,
        min(links.tier) as tier,
        count(*) as link_count,
        count(case when a.customer_id = b.customer_id then 1 end) as kept_count,
        count(distinct case when a.customer_id = b.customer_id then a.customer_id end) as customer_count
    from {{ ref('int_identity__links') }} as links
    inner join ids as a
        on links.record_key_a = a.record_key
    inner join ids as b
        on links.record_key_b = b.record_key
    group by links.rule_code

),

held as (

    select
        rule_code,
        count(*) as record_count
    from {{ ref('customer_identities') }}
    group by rule_code

),

queued as (

    select
        rule_code,
        count(*) as pair_count
    from {{ ref('identity_review_queue') }}
    group by rule_code

),

final as (

    select
        coalesce(rules.rule_code, linked.rule_code) as rule_code,
        rules.customer_kind,
        rules.stage,
        rules.evidence_type,
        rules.decision,
        rules.label_zh,
        rules.label_en,
        coalesce(rules.is_active, true) as is_active,
        coalesce(rules.tier, linked.tier) as tier,
        coalesce(linked.link_count, 0) as link_count,
        coalesce(linked.kept_count, 0) as kept_count,
        coalesce(linked.customer_count, 0) as customer_count,
        coalesce(held.record_count, 0) as record_count,
        coalesce(queued.pair_count, 0) as review_count
    from rules
    -- a steward's decision links records too and is no rule
    full outer join linked
        on rules.rule_code = linked.rule_code
    left join held
        on coalesce(rules.rule_code, linked.rule_code) = held.rule_code
    left join queued
        on coalesce(rules.rule_code, linked.rule_code) = queued.rule_code

)

select * from final
