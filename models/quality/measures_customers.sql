-- grain: one measure of the customers for one kind of customer, or for all kinds

with

-- The one relation that is measured, its key and kind. Core fields are columns of it under the names of the seed.
customers as (

    select
        *,
        coalesce(record_kind, 'person') as customer_kind
    from {{ ref('input__customers') }}

),

core_fields as (

    select * from {{ ref('core_fields') }}

),

kinds as (

    select
        core_fields.customer_kind,
        sum(case when {{ is_field_filled('core_fields.field', 'customers') }} then 1 else 0 end) as filled_count,
        count(*) as field_count
    from customers
    inner join core_fields on customers.customer_kind = core_fields.customer_kind
    group by core_fields.customer_kind

),

final as (

    select
        'completeness' as measure,
        'all' as source_system,
        customer_kind as entity,
        cast(filled_count as decimal(18, 2)) as numerator,
        cast(field_count as decimal(18, 2)) as denominator
    from kinds

    union all

    select
        'completeness' as measure,
        'all' as source_system,
        'all' as entity,
        cast(coalesce(sum(filled_count), 0) as decimal(18, 2)) as numerator,
        cast(coalesce(sum(field_count), 0) as decimal(18, 2)) as denominator
    from kinds

)

select * from final
