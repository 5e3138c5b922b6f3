-- grain: two customer records of persons drawn by chance

-- How often two records agree that have nothing to do with each other; only `customer360 fit` reads this view.

{{ config(materialized='view') }}

with

numbered as (

    select
        *,
        row_number() over (order by record_key asc) - 1 as position
    from {{ ref('int_identity__compared') }}

),

size as (

    select count(*) as record_count from numbered

),

numbers as (

    select {{ each_number(1, 1000000) }} as number

),

draws as (

    select
        abs(cast({{ hashed_number('numbers.number') }} % size.record_count as bigint)) as position_a,
        abs(cast({{ hashed_number('numbers.number + 1000000') }} % size.record_count as bigint)) as position_b
    from numbers
    cross join size

),

final as (

    select
        a.record_key as record_key_a,
        b.record_key as record_key_b,
        {{ compared_levels() }}
    from draws
    inner join numbered as a
        on draws.position_a = a.position
    inner join numbered as b
        on draws.position_b = b.position
    where a.record_key <> b.record_key

)

select * from final
