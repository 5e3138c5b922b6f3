{#- How dbt reads the files that sources stand for: folders of Parquet whose files may differ in their columns. -#}

{#- The files of a source table: where landing, earlier builds and labelled data write them. -#}
{% macro source_files(source, entity) -%}
    {%- if source == 'state' -%} {{ var('state_path') }}/{{ entity }}/*.parquet
    {%- elif source == 'truth' -%} truth/{{ var('data_set') }}/{{ entity }}*.parquet
    {%- else -%} landing/{{ var('data_set') }}/{{ source }}/{{ entity }}/*.parquet
    {%- endif -%}
{%- endmacro %}

{#- Columns that landing adds to every row. -#}
{% macro landing_columns() -%}
    {{ return(['_source_file', '_source_sheet', '_source_row', '_row_kind', '_load_id', '_landed_at']) }}
{%- endmacro %}

{#- A relation over files, with every column that one of them has; what a file lacks is null in its rows. -#}
{% macro files_relation(files) %}{{ return(adapter.dispatch('files_relation')(files)) }}{% endmacro %}
{% macro default__files_relation(files) -%}
    read_parquet('{{ files }}', union_by_name = true)
{%- endmacro %}

{#-
  Before each run: one view per source table, with the declared columns by name and nothing else. Which columns the
  files have, and in which order their names sort, decides nothing. A table without files gets no view: landing writes
  a file without rows for every declared table.
-#}
{% macro register_sources() -%}
    {%- if execute and target.name != 'lint' -%}
    {%- set sources = graph.sources.values() | selectattr('package_name', 'equalto', project_name) | list -%}
    {%- set there = files_by_pattern(sources) -%}
    {%- set statements = [] -%}
    {%- for source in sources if source_files(source.source_name, source.name) in there -%}
    {%- set columns = [] -%}
    {%- for name in source.columns.keys() | list + ([] if source.source_name in ['state', 'truth'] else landing_columns()) -%}
    {%- do columns.append(adapter.quote(name)) -%}
    {%- endfor -%}
    {%- set relation = api.Relation.create(database=source.database, schema=source.schema, identifier=source.identifier) -%}
    {%- do statements.append('create schema if not exists ' ~ relation.without_identifier()) -%}
    {%- do statements.append(
        'create or replace view ' ~ relation ~ ' as select ' ~ columns | join(', ')
        ~ ' from ' ~ files_relation(source_files(source.source_name, source.name))
    ) -%}
    {%- endfor -%}
    {%- if statements -%}{%- do run_query(statements | unique | join(';\n')) -%}{%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- Those of the patterns of source tables that match a file. -#}
{% macro files_by_pattern(sources) -%}
    {%- set patterns = [] -%}
    {%- for source in sources -%}
    {%- set files = "'" ~ source_files(source.source_name, source.name) ~ "'" -%}
    {%- do patterns.append('select ' ~ files ~ ' where exists (from glob(' ~ files ~ '))') -%}
    {%- endfor -%}
    {{ return(run_query(patterns | join(' union all ')).columns[0].values() | list) }}
{%- endmacro %}
