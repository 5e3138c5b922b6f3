-- grain: one measure for one source system, or for all of them

with

ids as (

    select * from {{ ref('int_customers__ids') }}

),

-- before: a record is surplus if its system knows the customer already; what systems share is no surplus
systems as (

    select
        source_system,
        count(*) as record_count,
        count(*) - count(distinct customer_id) as surplus_count
    from ids
    group by source_system

),

-- after: a customer is surplus if an earlier one is the same; however many say so, it counts once
unified as (

    select
        (select count(distinct other_customer_id) from {{ ref('duplicate_customers') }}) as surplus_count,
        (select count(distinct customer_id) from ids) as customer_count

),

expected as (

    select
        (
            select coalesce({{ exact_sum('duplicate_probability') }}, 0.0)
            from {{ ref('expected_duplicates') }}
        ) as expected_count,
        count(distinct case when customer_kind = 'person' then customer_id end) as person_count
    from ids

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
        cast(surplus_count as decimal(18, 2)) as numerator,
        cast(customer_count as decimal(18, 2)) as denominator
    from unified

    union all

    -- also who has no strong identifier in common: what the weights of pairs that were left open expect
    select
        'duplicate_rate_expected' as measure,
        'all' as source_system,
        'customers' as entity,
        cast(expected_count as decimal(18, 2)) as numerator,
        cast(person_count as decimal(18, 2)) as denominator
    from expected

)

select * from final
