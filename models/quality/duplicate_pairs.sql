-- grain: one pair of records of one source system that look like one customer

{% set detector = duplicate_pairs(
    relation='records',
    scope='source_system',
    record='record_id',
    name='shown_name',
    identifiers=['unionid', 'credit_code', 'id_number_hash', 'member_no'],
    details={'birth_date': 'birth', 'phone': 'phone', 'email': 'email', 'city_code': 'place', 'address': 'place'},
    max_records_per_name='(select max_records_per_name from ' ~ ref('duplicate_policy') ~ ')',
) %}

with

records as (

    select
        *,
        {{ customer_record_key('source_system', 'source_customer_id') }} as record_id,
        -- a branch is another customer than its head office; a person at a company is not the company
        case
            when record_kind = 'organisation' or name is null then company_name || coalesce(company_branch, '')
            else name
        end as shown_name
    from {{ ref('input__customers') }}

),

pairs as (

    {{ detector }}

),

final as (

    select
        cast(scope as varchar) as source_system,
        cast(first_record as varchar) as first_record_id,
        cast(other_record as varchar) as other_record_id,
        cast(evidence as varchar) as evidence
    from pairs

)

select * from final
