-- grain: two customer records of one customer and one rule that joins them

-- Why two records are one customer: the rule, and the two values that it compared, masked.

with

pairs as (

    {{ masked_pairs(ref('int_identity__links'), 'cast(links.tier as integer) as tier') }}

),

final as (

    select
        customer_id_a as customer_id,
        record_id_a,
        record_id_b,
        rule_code,
        source_system_a,
        source_system_b,
        evidence_type,
        value_a_masked,
        value_b_masked,
        name_a_masked,
        name_b_masked,
        name_agreement,
        tier,
        match_probability
    from pairs
    where customer_id_a = customer_id_b

)

select * from final
