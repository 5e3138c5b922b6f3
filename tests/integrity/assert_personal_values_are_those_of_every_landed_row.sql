-- Each landed row has as many personal values as its source declares columns of them: what is missing here would be
-- searched for nowhere when somebody asks to be erased.

{{ config(group='customer_data') }}

{% for item in landed_entities() if item.relation %}{% do ref(item.relation) %}{% endfor %}
{% set kinds = ['phone', 'email', 'social_id', 'id_number'] %}
{% set declared = [] %}
{% if execute %}
{% for source in graph.sources.values() | selectattr('package_name', 'equalto', own_package()) %}
{% set columns = [] %}
{% for column in source.columns.values() if column.config.get('meta', {}).get('pii') in kinds %}
{% do columns.append(column.name) %}
{% endfor %}
{% if columns and source.source_name not in ['state', 'truth'] %}
{% set landed = builtins.source(source.source_name, source.name) %}
{% if source.config.meta.get('relation') %}
{% set landed = builtins.ref('landed_' ~ source.source_name ~ '__' ~ source.name) %}
{% endif %}
{% do declared.append((source.source_name, source.name, columns | length, landed)) %}
{% endif %}
{% endfor %}
{% endif %}

with

counted as (

    {% for system, entity, column_count, landed in declared -%}
    select
        '{{ system }}' as source_system,
        '{{ entity }}' as entity,
        {{ column_count }} * count(*) as value_count
    from {{ landed }}

    union all

    {% endfor -%}
    select
        source_system,
        entity,
        -count(*) as value_count
    from {{ ref('personal_values') }}
    group by source_system, entity

)

select
    source_system,
    entity
from counted
group by source_system, entity
having sum(value_count) <> 0
