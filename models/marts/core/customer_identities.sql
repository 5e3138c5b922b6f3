-- grain: one customer record of a source system, with its customer and what holds it there

with

ids as (

    select * from {{ ref('int_customers__ids') }}

),

links as (

    select
        record_id_a as record_id,
        rule_code,
        tier
    from {{ ref('customer_identity_evidence') }}

    union all

    select
        record_id_b as record_id,
        rule_code,
        tier
    from {{ ref('customer_identity_evidence') }}

),

strongest as (

    select
        record_id,
        rule_code,
        tier,
        count(*) over (partition by record_id) as link_count
    from links
    qualify row_number() over (partition by record_id order by tier asc, rule_code asc) = 1

),

final as (

    select
        cast(ids.record_id as string) as record_id,
        cast(ids.customer_id as string) as customer_id,
        cast(ids.source_system as string) as source_system,
        cast(ids.customer_kind as string) as customer_kind,
        -- alone: no rule joined the record to another
        cast(coalesce(strongest.rule_code, 'alone') as string) as rule_code,
        clusters.is_suspicious,
        cast(strongest.tier as integer) as tier,
        cast(coalesce(strongest.link_count, 0) as bigint) as link_count
    from ids
    inner join {{ ref('int_identity__clusters') }} as clusters
        on ids.record_key = clusters.record_key
    left join strongest
        on ids.record_id = strongest.record_id

)

select * from final
