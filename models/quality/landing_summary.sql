-- grain: one landed entity and outcome: staged, or quarantined for a reason

with

landed as (

    {% for item in staged_entities() -%}
    select
        '{{ item.system }}' as source_system,
        '{{ item.entity }}' as entity,
        {{ "'" ~ item.family ~ "'" if item.family else 'cast(null as string)' }} as family,
        count(*) as landed_rows
    from {{ landed_rows(item) }}
    {% if not loop.last %}
    union all

    {% endif %}
    {%- endfor %}

),

staged as (

    {% for item in staged_entities() -%}
    select
        '{{ item.system }}' as source_system,
        '{{ item.entity }}' as entity,
        'staged' as outcome,
        count(*) as row_count
    from {{ ref(item.staged) }}
    {% if not loop.last %}
    union all

    {% endif %}
    {%- endfor %}

),

quarantined as (

    select
        source_system,
        entity,
        reason_code as outcome,
        count(*) as row_count
    from {{ ref('quarantine') }}
    group by source_system, entity, reason_code

),

outcomes as (

    select * from staged

    union all

    select * from quarantined
    {%- for item in staged_entities() if item.own_sql %}

    union all

    select * from (
        {{ own_sql_outcomes(item) }}
    ) as own_sql
    where row_count > 0
    {%- endfor %}

),

reasons as (

    select * from {{ ref('quarantine_reasons') }}

),

final as (

    select
        cast(outcomes.source_system as string) as source_system,
        cast(outcomes.entity as string) as entity,
        cast(landed.family as string) as family,
        cast(outcomes.outcome as string) as outcome,
        cast(coalesce(named.label_zh, reasons.label_zh) as string) as label_zh,
        cast(coalesce(named.label_en, reasons.label_en) as string) as label_en,
        coalesce(reasons.counts_as_error, false) as counts_as_error,
        cast(outcomes.row_count as bigint) as row_count,
        cast(landed.landed_rows as bigint) as landed_rows
    from outcomes
    inner join landed
        on
            outcomes.source_system = landed.source_system
            and outcomes.entity = landed.entity
    left join reasons
        on outcomes.outcome = reasons.reason_code
    left join {{ ref('landing_outcomes') }} as named
        on outcomes.outcome = named.outcome

)

select * from final
