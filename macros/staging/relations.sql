{#- Source tables that are read from a relation (`relation` in their meta) and not from landed files: a model of their own,
    landed_<system>__<entity>, holds their rows as landing would have written them. -#}

{#- The rows of a landed entity (macros/staging/systems.sql): a view over files, or the model of its relation. -#}
{% macro landed_rows(item) -%}
    {{ return(ref(item.relation) if item.relation else source(item.system, item.entity)) }}
{%- endmacro %}

{#- The same with columns of files that nobody declared, where dbt reads the files itself. -#}
{% macro delivered_rows(item) -%}
    {%- if item.relation or var('without_files', 'no') == 'yes' or not reads_files() -%}
    {{ return(landed_rows(item)) }}
    {%- endif -%}
    {{ return(files_relation(source_files(item.system, item.entity))) }}
{%- endmacro %}

{#-
  The rows of a relation. `columns` are pairs of its column and the name that models know it by. Each value is the
  shortest exact text of its type, as landing writes those of Parquet files: an instant in UTC says so, and no digit of a
  number is lost. `key` orders the rows: their number is their place among all rows of the relation. `loaded_at`, an
  expression, says when a row was loaded, in UTC or as an instant; without one it is the beginning of the run.
-#}
{% macro read_relation(relation, system, entity, columns, key=[], loaded_at=none) -%}
    {%- set types = relation_types(relation, loaded_at) if execute and target.name not in ['lint', 'spark'] else {} -%}
    {%- set place = [relation.schema, relation.identifier] | select | join('.') or system ~ '.' ~ entity -%}
    select
        *,
        '{{ place }}' as _source_file,
        cast(null as string) as _source_sheet,
        row_number() over (
            order by
                {%- for column in key + (columns | map(attribute=1) | reject('in', key) | list) %}
                {{ adapter.quote(column) }} asc nulls last,
                {%- endfor %}
                _landed_at asc
        ) as _source_row,
        'data' as _row_kind,
        '{{ local_md5(system ~ '.' ~ entity) }}' as _load_id,
        cast(null as bigint) as _load_rank
    from (
        select
            {%- for theirs, ours in columns %}
            {{ exact_text(adapter.quote(theirs), types.get(theirs.lower(), 'VARCHAR')) }} as {{ adapter.quote(ours) }},
            {%- endfor %}
            {%- if loaded_at %}
            {{ instant_in_utc(loaded_at, types.get('_loaded_at', 'TIMESTAMP')) }} as _landed_at
            {%- else %}
            cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}' as timestamp) as _landed_at
            {%- endif %}
        from {{ relation }}
    ) as relation_rows
{%- endmacro %}

{#- Before each run: databases that hold relations and that no profile attaches (`attach` in the meta of a source, the path
    of a DuckDB file), to be read only. -#}
{% macro attach_databases(sources) -%}
    {%- set statements = [] -%}
    {%- for source in sources if source.config.meta.get('relation') == 'source' and source.source_meta.get('attach') -%}
    {%- do statements.append(attach_database(source.source_meta.attach, source.database)) -%}
    {%- endfor -%}
    {%- if statements -%}{%- do run_query(statements | unique | join(';\n')) -%}{%- endif -%}
{%- endmacro %}
