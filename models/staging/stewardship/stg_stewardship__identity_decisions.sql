-- grain: one pair of customer records that a steward decided on

with

decisions as (

    {{ accepted(ref('base_stewardship__identity_decisions')) }}

),

final as (

    select
        record_id_a,
        record_id_b,
        decision,
        decided_by,
        note,
        drawn_as,
        landed_on,
        decided_on
    from decisions

)

select * from final
