-- grain: one measure for one scope in one build, this one and those published before

with

earlier as (

    select * from {{ ref('stg_state__scorecard_history') }}
    where build_id <> '{{ build_id() }}'

),

current_build as (

    select
        cast('{{ build_id() }}' as string) as build_id,
        as_of.as_of_on,
        scorecard.measure,
        scorecard.source_system,
        scorecard.entity,
        scorecard.status,
        scorecard.numerator,
        scorecard.denominator,
        scorecard.rate
    from {{ ref('scorecard') }} as scorecard
    cross join {{ ref('int_calendar__as_of') }} as as_of

),

final as (

    select * from earlier

    union all

    select * from current_build

)

select * from final
