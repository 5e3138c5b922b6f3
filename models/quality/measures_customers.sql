-- grain: one measure of the customers for one kind or one relation of customers, or for all

-- What can be known of a customer depends on the relation: a buyer has given an address and a telephone number, a
-- contact a name or a number, a follower neither.

with

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

buyers as (

    select distinct days.customer_id
    from {{ ref('int_value__day_versions') }} as days
    inner join as_of
        on
            days.valid_from_on <= as_of.as_of_on
            and days.valid_to_on > as_of.as_of_on
    where days.order_count > 0

),

customers as (

    select
        profiles.*,
        case
            when buyers.customer_id is not null then 'buyer'
            when coalesce(profiles.name, profiles.company_name, profiles.phone) is not null then 'contact'
            else 'follower'
        end as relation
    from {{ ref('int_customers__profiles') }} as profiles
    left join buyers
        on profiles.customer_id = buyers.customer_id

),

core_fields as (

    select * from {{ ref('core_fields') }}

),

kinds as (

    select
        core_fields.customer_kind,
        customers.relation,
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
    group by core_fields.customer_kind, customers.relation

),

final as (

    select
        'completeness' as measure,
        'all' as source_system,
        customer_kind as entity,
        cast(sum(filled_count) as decimal(18, 2)) as numerator,
        cast(sum(field_count) as decimal(18, 2)) as denominator
    from kinds
    group by customer_kind

    union all

    select
        'completeness_by_relation' as measure,
        'all' as source_system,
        relation as entity,
        cast(sum(filled_count) as decimal(18, 2)) as numerator,
        cast(sum(field_count) as decimal(18, 2)) as denominator
    from kinds
    group by relation

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
