-- grain: two customer records of one customer and one rule that joins them

-- Why two records are one customer: the rule, and the two values that it compared, masked.

with

links as (

    select * from {{ ref('int_identity__links') }}

),

records as (

    select * from {{ ref('int_identity__records') }}

),

ids as (

    select * from {{ ref('int_customers__ids') }}

),

final as (

    select
        cast(ids_a.customer_id as varchar) as customer_id,
        cast(a.record_id as varchar) as record_id_a,
        cast(b.record_id as varchar) as record_id_b,
        cast(links.rule_code as varchar) as rule_code,
        cast(a.source_system as varchar) as source_system_a,
        cast(b.source_system as varchar) as source_system_b,
        cast(links.evidence_type as varchar) as evidence_type,
        cast({{ masked_evidence('a') }} as varchar) as value_a_masked,
        cast({{ masked_evidence('b') }} as varchar) as value_b_masked,
        cast({{ mask_name('a.name') }} as varchar) as name_a_masked,
        cast({{ mask_name('b.name') }} as varchar) as name_b_masked,
        cast(links.name_agreement as varchar) as name_agreement,
        cast(links.tier as integer) as tier,
        cast(links.match_probability as double) as match_probability
    from links
    inner join records as a
        on links.record_key_a = a.record_key
    inner join records as b
        on links.record_key_b = b.record_key
    inner join ids as ids_a
        on links.record_key_a = ids_a.record_key
    inner join ids as ids_b
        on links.record_key_b = ids_b.record_key
    where ids_a.customer_id = ids_b.customer_id

)

select * from final
