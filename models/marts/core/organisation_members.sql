-- grain: one person and one organisation that the person belongs to

with

ids as (

    select * from {{ ref('int_customers__ids') }}

),

persons as (

    select
        ids.customer_id,
        ids.record_key,
        customers.source_system,
        customers.source_organisation_id,
        customers.company_name,
        customers.company_branch,
        customers.city_code,
        {%- for field in ['job_level', 'decision_role'] %}
        case when rare_{{ field }}s.value is null then customers.{{ field }} end as {{ field }},
        {%- endfor %}
        customers.last_seen_at
    from {{ ref('input__customers') }} as customers
    inner join ids
        on
            customers.source_system = ids.source_system
            and customers.source_customer_id = ids.source_customer_id
    {%- for field in ['job_level', 'decision_role'] %}
    left join {{ ref('int_customers__rare_words') }} as rare_{{ field }}s
        on
            customers.{{ field }} = rare_{{ field }}s.value
            and rare_{{ field }}s.field = '{{ field }}'
    {%- endfor %}
    where ids.customer_kind = 'person'

),

-- the source system says which organisation's record
registered as (

    select
        persons.record_key,
        organisations.customer_id as organisation_id,
        'registered' as link_basis
    from persons
    inner join ids as organisations
        on
            persons.source_system = organisations.source_system
            and persons.source_organisation_id = organisations.source_customer_id
            and organisations.customer_kind = 'organisation'

),

-- else a company's name that one organisation bears
named as (

    select
        records.name,
        coalesce(records.company_branch, '') as branch,
        min(ids.customer_id) as organisation_id
    from {{ ref('int_identity__records') }} as records
    inner join ids
        on records.record_key = ids.record_key
    where
        records.customer_kind = 'organisation'
        and records.name is not null
    group by records.name, coalesce(records.company_branch, '')
    having min(ids.customer_id) = max(ids.customer_id)

),

linked as (

    select * from registered

    union all

    select
        persons.record_key,
        named.organisation_id,
        'company name' as link_basis
    from persons
    inner join named
        on
            persons.company_name = named.name
            and coalesce(persons.company_branch, '') = named.branch
    left join registered
        on persons.record_key = registered.record_key
    where registered.record_key is null

),

final as (

    select
        cast(linked.organisation_id as string) as organisation_id,
        cast(persons.customer_id as string) as customer_id,
        cast(max(linked.link_basis) as string) as link_basis,
        cast(max_by(persons.job_level, persons.last_seen_at) as string) as job_level,
        cast(max_by(persons.decision_role, persons.last_seen_at) as string) as decision_role,
        cast(count(*) as bigint) as record_count,
        cast(max(persons.last_seen_at) as date) as last_seen_on
    from linked
    inner join persons
        on linked.record_key = persons.record_key
    group by linked.organisation_id, persons.customer_id

)

select * from final
