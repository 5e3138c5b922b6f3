-- Two customers of one name, telephone and city, of whom nothing known rules out that they are one, are among those
-- that still look like one. The pairs of stewards and names that many customers have are left out.

with

decided as (

    select record_key_a as record_key
    from {{ ref('int_identity__decisions') }}

    union all

    select record_key_b as record_key
    from {{ ref('int_identity__decisions') }}

),

identified as (

    select
        ids.customer_id,
        min(records.id_number_hash) as id_number_hash
    from {{ ref('int_customers__ids') }} as ids
    inner join {{ ref('int_identity__records') }} as records
        on ids.record_key = records.record_key
    left join decided
        on ids.record_key = decided.record_key
    where decided.record_key is null
    group by ids.customer_id

),

people as (

    select
        profiles.*,
        identified.id_number_hash
    from {{ ref('int_customers__profiles') }} as profiles
    inner join identified
        on profiles.customer_id = identified.customer_id
    where profiles.customer_kind = 'person'
    qualify count(*) over (partition by profiles.name) <= 2

),

alike as (

    select
        a.customer_id as first_customer_id,
        b.customer_id as other_customer_id
    from people as a
    inner join people as b
        on
            a.name = b.name
            and a.phone = b.phone
            and a.city_code = b.city_code
            and a.customer_id < b.customer_id
    where not {{ identity_conflict('a', 'b') }}

),

policy as (

    select max_records_per_name from {{ ref('duplicate_policy') }}

)

select
    alike.first_customer_id,
    alike.other_customer_id
from alike
inner join policy
    on policy.max_records_per_name >= 2
where not exists (
    select 1
    from {{ ref('duplicate_customers') }} as told
    where
        least(told.first_customer_id, told.other_customer_id) = alike.first_customer_id
        and greatest(told.first_customer_id, told.other_customer_id) = alike.other_customer_id
)
