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

-- after: what is left among the resolved customers
expected as (

    select * from {{ ref('expected_duplicates') }}

),

lacking as (

    select
        lacks,
        {{ exact_sum('duplicate_probability') }} as surplus_count,
        {{ exact_sum("case when customer_kind = 'person' then duplicate_probability else 0.0 end") }}
            as surplus_person_count
    from expected
    group by lacks

),

-- persons with a record that was compared with a record of somebody else
compared as (

    select
        a.customer_id as customer_id_a,
        b.customer_id as customer_id_b
    from {{ ref('int_identity__scores') }} as scores
    inner join ids as a
        on scores.record_key_a = a.record_key
    inner join ids as b
        on scores.record_key_b = b.record_key
    where a.customer_id <> b.customer_id

),

reached as (

    select customer_id_a as customer_id from compared

    union distinct

    select customer_id_b as customer_id from compared

),

sizes as (

    select
        count(distinct customer_id) as customer_count,
        count(distinct case when customer_kind = 'person' then customer_id end) as person_count,
        (select count(*) from reached) as reached_count
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

    -- nothing is missing: an identifier or a rare name with two details agrees, or the weights speak for one person
    select
        'duplicate_rate' as measure,
        'all' as source_system,
        'customers' as entity,
        cast(
            coalesce((
                select lacking.surplus_count from lacking
                where lacking.lacks = 'nothing'
            ), 0.0)
            as decimal(18, 2)
        ) as numerator,
        cast(customer_count as decimal(18, 2)) as denominator
    from sizes

    union all

    -- and whoever shares little with the customer that they may be, a name alone included; not measured where nobody
    -- was compared with anybody
    select
        'duplicate_rate_expected' as measure,
        'all' as source_system,
        'customers' as entity,
        cast(
            coalesce((select {{ exact_sum('lacking.surplus_person_count') }} from lacking), 0.0)
            as decimal(18, 2)
        ) as numerator,
        cast(case when reached_count > 0 then person_count else 0 end as decimal(18, 2)) as denominator
    from sizes

    union all

    select
        'duplicate_rate_lacking' as measure,
        'all' as source_system,
        lacking.lacks as entity,
        cast(lacking.surplus_person_count as decimal(18, 2)) as numerator,
        cast(sizes.person_count as decimal(18, 2)) as denominator
    from lacking
    cross join sizes

    union all

    -- whom no block key brings together with anybody: nothing is known of what is left among them
    select
        'duplicate_rate_unreached' as measure,
        'all' as source_system,
        'customers' as entity,
        cast(person_count - reached_count as decimal(18, 2)) as numerator,
        cast(person_count as decimal(18, 2)) as denominator
    from sizes

    union all

    -- where somebody knows the truth: all, and those that no rule can find
    select
        case scope when 'all' then 'duplicate_rate_labelled' else 'duplicate_rate_unresolvable' end as measure,
        'all' as source_system,
        'customers' as entity,
        cast(numerator as decimal(18, 2)) as numerator,
        cast(denominator as decimal(18, 2)) as denominator
    from {{ ref('identity_quality') }}
    where
        measure = 'duplicate_rate_after'
        and status = 'measured'

)

select * from final
