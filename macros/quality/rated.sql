{#- Measures held against their thresholds (seed quality_thresholds): the columns of the scorecard. -#}
{% macro rated(measures) -%}
    with

    thresholds as (

        select * from {{ ref('quality_thresholds') }}

    ),

    candidates as (

        -- the most specific threshold stands
        select
            measures.*,
            thresholds.gate,
            thresholds.better,
            thresholds.warn_level,
            thresholds.error_level,
            thresholds.minimum_base,
            thresholds.note,
            row_number() over (
                partition by measures.measure, measures.source_system, measures.entity
                order by
                    case when thresholds.source_system = '*' then 1 else 0 end asc,
                    case when thresholds.entity = '*' then 1 else 0 end asc
            ) as specificity
        from {{ measures }} as measures
        left join thresholds
            on
                measures.measure = thresholds.measure
                and thresholds.source_system in ('*', measures.source_system)
                and thresholds.entity in ('*', measures.entity)

    ),

    rated as (

        select
            *,
            cast(numerator as double) / nullif(cast(denominator as double), 0) as rate
        from candidates
        where specificity = 1

    ),

    final as (

        select
            cast(measure as string) as measure,
            cast(source_system as string) as source_system,
            cast(entity as string) as entity,
            cast(
                case
                    when gate is null then 'no_threshold'
                    when rate is null or denominator < minimum_base then 'not_measured'
                    when gate = 'reported' then 'reported'
                    when better = 'lower' and rate > error_level then 'fail'
                    when better = 'higher' and rate < error_level then 'fail'
                    when better = 'lower' and rate > warn_level then 'warn'
                    when better = 'higher' and rate < warn_level then 'warn'
                    else 'pass'
                end as string
            ) as status,
            cast(numerator as decimal(18, 2)) as numerator,
            cast(denominator as decimal(18, 2)) as denominator,
            cast(rate as double) as rate,
            cast(warn_level as double) as warn_level,
            cast(error_level as double) as error_level,
            cast(minimum_base as bigint) as minimum_base,
            cast(better as string) as better,
            cast(note as string) as note
        from rated

    )

    select * from final
{%- endmacro %}
