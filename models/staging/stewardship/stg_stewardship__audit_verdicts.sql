-- grain: one field of one customer record that a reviewer has judged in one audit month

with

verdicts as (

    {{ accepted(ref('base_stewardship__audit_verdicts')) }}

),

final as (

    select
        audit_month,
        record_id,
        field,
        verdict,
        reviewer,
        landed_on,
        reviewed_on
    from verdicts

)

select * from final
