-- Each input model holds the rows of the staging models that offer its entity, each once and under its system: by rows,
-- and by the columns that the masking of personal data leaves alone.

{% set offers = {} %}
{% for entity in input_offers() %}{% do offers.update({entity: staged_offers(entity)}) %}{% endfor %}

with

counted as (

    {% for entity, models in offers.items() if models -%}
    {% set last_entity = loop.last -%}
    {% set input = ref('input__' ~ entity) -%}
    {% set masked = (maskable_columns(entity) if execute else []) -%}
    {% set declared = (input_columns(entity) if execute else []) -%}
    {% for model in models -%}
    {% set offered = (graph.nodes['model.' ~ own_package() ~ '.' ~ model].columns if execute else {}) -%}
    {% set columns = [] -%}
    {% for column in declared if column.name in offered and column.name not in masked -%}
    {% do columns.append('cast(' ~ column.name ~ ' as ' ~ column.data_type ~ ') as ' ~ column.name) -%}
    {% endfor -%}
    select
        '{{ entity }}' as entity,
        '{{ model }}' as offered_by,
        {% if loop.first -%}
        (select count(*) from {{ input }})
        {%- for each in models %} - (select count(*) from {{ ref(each) }}){% endfor %}
        {%- else -%} 0 {%- endif %} as row_gap,
        (
            select count(*) from (
                select {{ columns | join(', ') or 1 }} from {{ ref(model) }}
                except
                select {{ columns | join(', ') or 1 }} from {{ input }}
                where source_system = '{{ system_of(model) }}'
            ) as missing
        ) as lost_rows
    {% if not (last_entity and loop.last) %}
    union all

    {% endif %}
    {%- endfor %}
    {%- endfor %}

)

select * from counted
where row_gap <> 0 or lost_rows > 0
