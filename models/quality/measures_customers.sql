-- grain: one measure of the customers for one kind of customer, or for all kinds

with

customers as (

    select * from {{ ref('int_customers__profiles') }}

),

core_fields as (

    select * from {{ ref('core_fields') }}

),

kinds as (

    select
        core_fields.customer_kind,
        -- a value that was filled in counts as empty
        sum(
            case
                when
                    {{ is_field_filled('core_fields.field', 'customers') }}
                    and not contains(',' || coalesce(customers.filled_fields, ''), ',' || core_fields.field || '=')
                    then 1
                else 0
            end
        ) as filled_count,
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

    union all

    select
        'rare_words' as measure,
        offered.source_system,
        'customers' as entity,
        cast(count(case when offered.is_rare then 1 end) as decimal(18, 2)) as numerator,
        cast(count(*) as decimal(18, 2)) as denominator
    from {{ ref('int_customers__field_values') }} as offered
    inner join {{ ref('open_vocabularies') }} as vocabularies
        on offered.field = vocabularies.field
    group by offered.source_system

)

select * from final
