-- grain: one contract of a known customer, and whether another one followed

-- A contract is renewed by the first one that names it.

with

contracts as (

    select * from {{ ref('input__contracts') }}

),

ids as (

    select * from {{ ref('int_customers__ids') }}

),

known as (

    select
        contracts.source_system,
        contracts.contract_no,
        ids.customer_id,
        contracts.amount,
        contracts.status,
        contracts.renews_contract_no,
        contracts.account_owner,
        contracts.signed_on,
        contracts.started_on,
        contracts.ended_on
    from contracts
    inner join ids
        on
            contracts.source_system = ids.source_system
            and contracts.source_customer_id = ids.source_customer_id

),

final as (

    select
        known.*,
        renewals.signed_on as renewed_on
    from known
    left join known as renewals
        on
            known.source_system = renewals.source_system
            and known.contract_no = renewals.renews_contract_no
    qualify row_number() over (
        partition by known.source_system, known.contract_no
        order by renewals.signed_on asc nulls last, renewals.contract_no asc nulls last
    ) = 1

)

select * from final
