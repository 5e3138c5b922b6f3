-- grain: one pair of resolved customers that still look like one

-- By a detector independent of the rules that resolve records (macro duplicate_pairs). A pair that something known
-- rules out, or that a steward keeps apart, is none.

{% set detector = duplicate_pairs(
    relation='customers',
    scope='customer_kind',
    record='customer_id',
    name='shown_name',
    identifiers=['unionid', 'credit_code', 'id_number_hash', 'member_no'],
    details={'birth_date': 'birth', 'phone': 'phone', 'email': 'email', 'city_code': 'place', 'address': 'place'},
    max_records_per_name='(select max_records_per_name from ' ~ ref('duplicate_policy') ~ ')',
) %}

with

identifiers as (

    select
        ids.customer_id,
        min(records.id_number_hash) as id_number_hash,
        min(records.company_branch) as company_branch
    from {{ ref('int_customers__ids') }} as ids
    inner join {{ ref('int_identity__records') }} as records
        on ids.record_key = records.record_key
    group by ids.customer_id

),

customers as (

    select
        profiles.*,
        identifiers.id_number_hash,
        case
            when profiles.customer_kind = 'organisation'
                then profiles.company_name || coalesce(identifiers.company_branch, '')
            else profiles.name
        end as shown_name
    from {{ ref('int_customers__profiles') }} as profiles
    inner join identifiers
        on profiles.customer_id = identifiers.customer_id

),

pairs as (

    {{ detector }}

),

separated as (

    select distinct
        least(a.customer_id, b.customer_id) as first_customer_id,
        greatest(a.customer_id, b.customer_id) as other_customer_id
    from {{ ref('int_identity__decisions') }} as decisions
    inner join {{ ref('int_customers__ids') }} as a
        on decisions.record_key_a = a.record_key
    inner join {{ ref('int_customers__ids') }} as b
        on decisions.record_key_b = b.record_key
    where decisions.decision = 'must_not_link'

),

final as (

    select
        cast(pairs.scope as string) as customer_kind,
        cast(pairs.first_record as string) as first_customer_id,
        cast(pairs.other_record as string) as other_customer_id,
        cast(pairs.evidence as string) as evidence
    from pairs
    inner join customers as a
        on pairs.first_record = a.customer_id
    inner join customers as b
        on pairs.other_record = b.customer_id
    left join separated
        on
            pairs.first_record = separated.first_customer_id
            and pairs.other_record = separated.other_customer_id
    where
        separated.first_customer_id is null
        and not {{ identity_conflict('a', 'b') }}

)

select * from final
