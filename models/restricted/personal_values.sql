-- grain: one landed field with a value that identifies a person, as standardised

{{ config(materialized='view') }}

{#-
  Every column that a source declares personal (`pii`), also where no model reads it, such as the telephone of who
  receives a parcel. Which sources there are, dbt tells only when it runs; they are views that stand before any model,
  so that nothing is lost with the lineage.
-#}
{% set readers = {
    'phone': (function('phone'), '', '.number'),
    'email': (function('email'), '', '.address'),
    'social_id': (function('clean_text'), '', ''),
    'id_number': (function('id_number'), ', landed._landed_at', '.hash'),
} %}
{% do function('country_code') %}
{% for item in landed_entities() if item.relation %}{% do ref(item.relation) %}{% endfor %}
{% set fields = [] %}
{% if execute %}
{% set declared = graph.sources.values() | selectattr('package_name', 'equalto', own_package()) %}
{% for source in declared if source.source_name not in ['state', 'truth'] %}
{% for column in source.columns.values() if column.config.get('meta', {}).get('pii') in readers %}
{% set kind = column.config.meta.pii %}
{% set rest = phone_country(source, column) if kind == 'phone' else readers[kind][1] %}
{% set landed = builtins.source(source.source_name, source.name) %}
{% if source.config.meta.get('relation') %}
{% set landed = builtins.ref('landed_' ~ source.source_name ~ '__' ~ source.name) %}
{% endif %}
{% do fields.append((source.source_name, source.name, column.name, kind, rest, landed)) %}
{% endfor %}
{% endfor %}
{% endif %}

with

{% for system, entity, column, kind, rest, landed in fields -%}
{% set name, _, field = readers[kind] -%}
field_{{ loop.index }} as (

    select
        '{{ system }}' as source_system,
        '{{ entity }}' as entity,
        landed._load_id as load_id,
        landed._source_sheet as source_sheet,
        landed._source_row as source_row,
        '{{ kind }}' as value_type,
        {{ name }}(landed.{{ column }}{{ rest }}){{ field }} as value
    from {{ landed }} as landed

),

{% endfor -%}
final as (

    {% for _ in fields -%}
    select * from field_{{ loop.index }}

    union all

    {% endfor -%}
    select
        cast(null as string) as source_system,
        cast(null as string) as entity,
        cast(null as string) as load_id,
        cast(null as string) as source_sheet,
        cast(null as bigint) as source_row,
        cast(null as string) as value_type,
        cast(null as string) as value
    where false

)

select * from final
