-- grain: one measure for one scope in one published build

with

landed as (

    select * from {{ source('state', 'scorecard_history') }}

),

final as (

    select
        build_id,
        cast(as_of_on as date) as as_of_on,
        measure,
        source_system,
        entity,
        status,
        cast(numerator as decimal(18, 2)) as numerator,
        cast(denominator as decimal(18, 2)) as denominator,
        cast(rate as double) as rate
    from landed

)

select * from final
