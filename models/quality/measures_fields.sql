-- grain: one measure of one field in one source system

-- What the newest delivery of a source fills of a field is held against what the last published build had: a field
-- that is suddenly empty breaks no rule of a row. Personal data in a field that is not declared personal is counted.

with

customers as (

    select
        *,
        landed_on = max(landed_on) over (partition by source_system) as is_newest
    from {{ ref('input__customers') }}

),

fields as (

    select field from {{ ref('missing_value_policy') }}

),

filled as (

    select
        customers.source_system,
        fields.field,
        count(*) as record_count,
        sum(case when {{ is_field_filled('fields.field', 'customers') }} then 1 else 0 end) as filled_count,
        sum(case when customers.is_newest then 1 else 0 end) as new_record_count,
        sum(
            case when customers.is_newest and {{ is_field_filled('fields.field', 'customers') }} then 1 else 0 end
        ) as new_filled_count
    from customers
    cross join fields
    group by customers.source_system, fields.field

),

earlier as (

    select
        source_system,
        entity as field,
        rate,
        row_number() over (partition by source_system, entity order by build_id desc) as recency_rank
    from {{ ref('stg_state__scorecard_history') }}
    where
        measure = 'fill_rate'
        and build_id <> '{{ build_id() }}'

),

compared as (

    select
        filled.*,
        earlier.rate * filled.new_record_count as expected_count
    from filled
    left join earlier
        on
            filled.source_system = earlier.source_system
            and filled.field = earlier.field
            and earlier.recency_rank = 1

),

-- a field that a system does not keep is no gap
kept as (

    select * from compared
    where
        filled_count > 0
        or expected_count > 0

),

final as (

    select
        'fill_rate' as measure,
        source_system,
        field as entity,
        cast(filled_count as decimal(18, 2)) as numerator,
        cast(record_count as decimal(18, 2)) as denominator
    from kept

    union all

    -- values that should be there and are not ÷ values that should be there
    select
        'fill_drop' as measure,
        source_system,
        field as entity,
        cast(greatest(coalesce(expected_count, 0) - new_filled_count, 0) as decimal(18, 2)) as numerator,
        cast(coalesce(expected_count, 0) as decimal(18, 2)) as denominator
    from kept

    union all

    -- per source, and per column where there are any
    select
        'misplaced_personal_data' as measure,
        source_system,
        'all' as entity,
        cast(sum(masked_count) as decimal(18, 2)) as numerator,
        cast(sum(filled_count) as decimal(18, 2)) as denominator
    from {{ ref('masked_texts') }}
    group by source_system

    union all

    select
        'misplaced_personal_data' as measure,
        source_system,
        entity || '.' || column_name as entity,
        cast(masked_count as decimal(18, 2)) as numerator,
        cast(filled_count as decimal(18, 2)) as denominator
    from {{ ref('masked_texts') }}
    where masked_count > 0

)

select * from final
