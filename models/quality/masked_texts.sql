-- grain: one text column of the input layer in one source system

-- How many of its values held personal data and were masked (macros/privacy/personal_text.sql).

with

final as (

    {% for entity, _, _ in input_entities() -%}
    {% set last_entity = loop.last -%}
    {% set relation = ref('input__' ~ entity) -%}
    {% for column in (maskable_columns(entity) if execute else ['source_system']) -%}
    select
        source_system,
        '{{ entity }}' as entity,
        '{{ column }}' as column_name,
        count(case when {{ function('is_masked_text') }}({{ column }}) then 1 end) as masked_count,
        count({{ column }}) as filled_count
    from {{ relation }}
    group by source_system
    {% if not (last_entity and loop.last) %}
    union all

    {% endif %}
    {%- endfor %}
    {%- endfor %}

)

select * from final
