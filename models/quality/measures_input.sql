-- grain: one measure of the input layer for one family of data or one source

{% set sources = [
    ('orders', 'ordered_at'),
    ('interactions', 'occurred_at'),
    ('tickets', 'created_at'),
    ('surveys', 'answered_at'),
] %}

with

ids as (

    select * from {{ ref('int_customers__ids') }}

),

-- Integration. A record that was rejected as an error is not integrated; copies, totals and notes are no records.
rejected as (

    select
        family,
        sum(row_count) as row_count
    from {{ ref('landing_summary') }}
    where
        family is not null
        and counts_as_error
    group by family

),

records as (

    select
        'transactions' as family,
        count(*) as record_count,
        count(case when customer_id <> 'unknown' then 1 end) as linked_count
    from {{ ref('int_orders__lines') }}

    union all

    select
        interactions.family,
        count(*) as record_count,
        count(ids.customer_id) as linked_count
    from {{ ref('input__interactions') }} as interactions
    left join ids
        on
            interactions.source_system = ids.source_system
            and interactions.source_customer_id = ids.source_customer_id
    group by interactions.family

),

integration as (

    select
        records.family,
        records.linked_count,
        records.record_count + coalesce(rejected.row_count, 0) as record_count
    from records
    left join rejected
        on records.family = rejected.family

),

weighted as (

    select
        {{ exact_sum('weights.weight * integration.linked_count / integration.record_count') }} as rate,
        {{ exact_sum('weights.weight') }} as weight,
        sum(integration.record_count) as record_count
    from integration
    inner join {{ ref('family_weights') }} as weights
        on integration.family = weights.family
    where integration.record_count > 0

),

-- Timeliness.
newest as (

    {% for entity, moment in sources -%}
    select
        source_system,
        '{{ entity }}' as entity,
        max(cast({{ moment }} as date)) as newest_on
    from {{ ref('input__' ~ entity) }}
    group by source_system
    {% if not loop.last %}
    union all

    {% endif %}
    {%- endfor %}

),

ages as (

    select
        frequencies.source_system,
        frequencies.entity,
        frequencies.max_age_days,
        {{ days_from('newest.newest_on', 'as_of.as_of_on') }} as age_days
    from {{ ref('source_frequencies') }} as frequencies
    cross join {{ ref('int_calendar__as_of') }} as as_of
    left join newest
        on
            frequencies.source_system = newest.source_system
            and frequencies.entity = newest.entity

),

final as (

    select
        'integration_rate' as measure,
        'all' as source_system,
        family as entity,
        cast(linked_count as decimal(18, 2)) as numerator,
        cast(record_count as decimal(18, 2)) as denominator
    from integration

    union all

    -- weighted over the families present: numerator as if the weighted rate held for every record
    select
        'integration_rate' as measure,
        'all' as source_system,
        'all' as entity,
        cast(rate / weight * record_count as decimal(18, 2)) as numerator,
        cast(record_count as decimal(18, 2)) as denominator
    from weighted
    where weight > 0

    union all

    -- age of the newest record ÷ age agreed
    select
        'timeliness' as measure,
        source_system,
        entity,
        cast(age_days as decimal(18, 2)) as numerator,
        cast(max_age_days as decimal(18, 2)) as denominator
    from ages

)

select * from final
