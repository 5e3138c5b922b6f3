-- grain: one measure for one source system, or for all of them

with

records as (

    -- a system that keeps nothing to compare by was not examined
    select
        source_system,
        case
            when count(coalesce(unionid, credit_code, id_number_hash, member_no, name, company_name)) > 0 then count(*)
            else 0
        end as record_count
    from {{ ref('input__customers') }}
    group by source_system

),

-- a record is surplus if an earlier one is the same customer: however many say so, it counts once
surplus as (

    select
        source_system,
        count(distinct other_record_id) as record_count
    from {{ ref('duplicate_pairs') }}
    group by source_system

),

systems as (

    select
        records.source_system,
        coalesce(surplus.record_count, 0) as surplus_count,
        records.record_count
    from records
    left join surplus on records.source_system = surplus.source_system

),

unified as (

    select
        (select count(distinct other_customer_id) from {{ ref('duplicate_customers') }}) as surplus_count,
        (select count(*) from {{ ref('int_customers__profiles') }}) as customer_count

),

final as (

    select
        'duplicate_rate_before' as measure,
        source_system,
        'customers' as entity,
        cast(surplus_count as decimal(18, 2)) as numerator,
        cast(record_count as decimal(18, 2)) as denominator
    from systems

    union all

    select
        'duplicate_rate_before' as measure,
        'all' as source_system,
        'customers' as entity,
        cast(coalesce(sum(surplus_count), 0) as decimal(18, 2)) as numerator,
        cast(coalesce(sum(record_count), 0) as decimal(18, 2)) as denominator
    from systems

    union all

    select
        'duplicate_rate' as measure,
        'all' as source_system,
        'customers' as entity,
        cast(unified.surplus_count as decimal(18, 2)) as numerator,
        cast(unified.customer_count as decimal(18, 2)) as denominator
    from unified

)

select * from final
