{#-
  The union of the staging models of the data set's systems that offer an entity. The columns and their types are the
  contract, models/input/_input__models.yml; a staging model offers those of them that its own YAML lists. What a system
  does not offer is null; an entity that nobody offers is empty and typed.

  Personal data in a text that is not declared personal, as a phone in the field of the job level, is masked here, before
  anything reads it (macros/privacy/personal_text.sql).
-#}
{% macro input_union(entity) -%}
    {%- set models = staged_offers(entity) -%}
    {#- dbt asks for what a model reads before it knows the contract -#}
    {%- for model in models -%}{%- do ref(model) -%}{%- endfor -%}
    {%- for name in ['without_personal_words', 'without_personal_key'] -%}{%- do function(name) -%}{%- endfor -%}
    {%- set columns = input_columns(entity) if execute else [] %}
    {%- set offered = offered_columns(models) if execute else {} %}
select
    source_system,
    {%- for column in columns %}
    {{ without_personal_text(entity, column) if column.data_type == 'varchar' else column.name }} as {{ column.name }}{{ "," if not loop.last }}
    {%- endfor %}
from (
    {%- for model in models %}
    select
        cast('{{ system_of(model) }}' as string) as source_system,
        {%- for column in columns %}
        cast({{ column.name if column.name in offered[model] else 'null' }} as {{ type_of(column.data_type) }}) as {{ column.name }}{{ "," if not loop.last }}
        {%- endfor %}
    from {{ ref(model) }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- else %}
    select
        cast(null as string) as source_system,
        {%- for column in columns %}
        cast(null as {{ type_of(column.data_type) }}) as {{ column.name }}{{ "," if not loop.last }}
        {%- endfor %}
    where false
    {%- endfor %}
) as offered
{%- endmacro %}

{#- The columns of an input entity beside its system, as its contract declares them: name, data_type, config.meta. -#}
{% macro input_columns(entity) -%}
    {{ return(graph.nodes['model.' ~ own_package() ~ '.input__' ~ entity].columns.values() | rejectattr('name', 'equalto', 'source_system') | list) }}
{%- endmacro %}

{#- The columns of each of the models, as their YAML lists them. Unit tests know no graph and state both. -#}
{% macro offered_columns(models) -%}
    {%- set offered = {} -%}
    {%- for model in models -%}
    {%- do offered.update({model: graph.nodes['model.' ~ own_package() ~ '.' ~ model].columns.keys() | list}) -%}
    {%- endfor -%}
    {{ return(offered) }}
{%- endmacro %}

{#- The system that a staging model is of: stg_<system>__<what>. -#}
{% macro system_of(model) -%} {{ return(model.split('__')[0].removeprefix('stg_')) }} {%- endmacro %}
