-- grain: one customer and one record that is heard as theirs

-- Touches, answers and complaints are given by people. They are heard as those of the person and of each organisation
-- that the person belongs to: a firm of which a member complains has complained. Orders, contracts and consents are
-- told of whom they name (int_customers__ids).
{{ config(materialized='view') }}

with

ids as (

    select * from {{ ref('int_customers__ids') }}

),

final as (

    select
        customer_id,
        source_system,
        source_customer_id
    from ids

    union all

    select
        members.organisation_id as customer_id,
        ids.source_system,
        ids.source_customer_id
    from ids
    inner join {{ ref('organisation_members') }} as members
        on ids.customer_id = members.customer_id

)

select * from final
