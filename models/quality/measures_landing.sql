-- grain: one measure of the landing layer for one landed entity

with

summary as (

    select * from {{ ref('landing_summary') }}

),

loads as (

    select * from {{ ref('stg_landing__loads') }}

),

entities as (

    select
        source_system,
        entity,
        max(landed_rows) as landed_rows,
        -- what own SQL added is staged, and was not landed
        sum(case when outcome = 'added_by_own_sql' then -row_count else row_count end) as accounted_rows,
        sum(case when counts_as_error then row_count else 0 end) as error_rows
    from summary
    group by source_system, entity

),

final as (

    select
        'conservation' as measure,
        source_system,
        entity,
        cast(abs(landed_rows - accounted_rows) as decimal(18, 2)) as numerator,
        cast(landed_rows as decimal(18, 2)) as denominator
    from entities

    union all

    select
        'error_rate' as measure,
        source_system,
        entity,
        cast(error_rows as decimal(18, 2)) as numerator,
        cast(landed_rows as decimal(18, 2)) as denominator
    from entities

    union all

    select
        'error_rate' as measure,
        'all' as source_system,
        'all' as entity,
        cast(sum(error_rows) as decimal(18, 2)) as numerator,
        cast(sum(landed_rows) as decimal(18, 2)) as denominator
    from entities

    union all

    -- files that are older than a file in force ÷ files in force or offered
    select
        'older_delivery' as measure,
        source_system,
        entity,
        cast(sum(case when is_older then 1 else 0 end) as decimal(18, 2)) as numerator,
        cast(count(*) as decimal(18, 2)) as denominator
    from loads
    group by source_system, entity

)

select * from final
