-- grain: two customer records that a steward decided on

with

decisions as (

    select * from {{ ref('input__identity_decisions') }}

),

records as (

    select * from {{ ref('int_identity__records') }}

),

final as (

    select
        least(a.record_key, b.record_key) as record_key_a,
        greatest(a.record_key, b.record_key) as record_key_b,
        decisions.decision,
        decisions.drawn_as
    from decisions
    inner join records as a
        on decisions.record_id_a = a.record_id
    inner join records as b
        on decisions.record_id_b = b.record_id
    where a.record_key <> b.record_key
    -- the latest decision on a pair stands
    qualify
        row_number() over (
            partition by least(a.record_key, b.record_key), greatest(a.record_key, b.record_key)
            order by decisions.decided_on desc nulls last, decisions.decision desc
        ) = 1

)

select * from final
