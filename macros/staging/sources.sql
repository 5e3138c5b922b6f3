{#- How dbt reads the files that sources stand for: folders of Parquet whose files may differ in their columns; and which
    sources there are. -#}

{#- The files of a source table: where landing, earlier builds and labelled data write them. -#}
{% macro source_files(source, entity) -%}
    {%- if source == 'state' -%} {{ state_folder() }}/{{ entity }}/*.parquet
    {%- elif source == 'truth' -%} truth/{{ var('data_set') }}/{{ entity }}*.parquet
    {%- elif source == 'landing' -%} landing/{{ var('data_set') }}/{{ entity }}/*.parquet
    {%- else -%} landing/{{ var('data_set') }}/{{ source }}/{{ entity }}/*.parquet
    {%- endif -%}
{%- endmacro %}

{#- The list of the files of one replaced entity, in which landing says how they rank. -#}
{% macro load_list(source, entity) -%} landing/{{ var('data_set') }}/loads/{{ source }}__{{ entity }}.parquet {%- endmacro %}

{#- Columns that landing adds to every row; the last one the view, out of the list of files. -#}
{% macro landing_columns() -%}
    {{ return(['_source_file', '_source_sheet', '_source_row', '_row_kind', '_load_id', '_landed_at', '_load_rank']) }}
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
    {%- if execute and target.name not in ['lint', 'spark'] -%}
    {%- do check_systems() -%}
    {%- set declared = graph.sources.values() | selectattr('package_name', 'equalto', own_package()) | list -%}
    {%- do attach_databases(declared) -%}
    {%- set sources = declared | rejectattr('config.meta.relation', 'defined') | list -%}
    {%- set patterns = [] -%}
    {%- for source in sources -%}
    {%- do patterns.extend([source_files(source.source_name, source.name), load_list(source.source_name, source.name)]) -%}
    {%- endfor -%}
    {%- set there = matching_patterns(patterns) -%}
    {%- set absent = {} -%}
    {%- for source in sources if source_files(source.source_name, source.name) not in there -%}
    {%- do absent.update({source.unique_id: source_files(source.source_name, source.name)}) -%}
    {%- endfor -%}
    {%- set wanted = [] -%}
    {%- for node in selected_resources if node.startswith('model.') -%}
    {%- for parent in graph.nodes[node].depends_on.nodes if parent in absent -%}{%- do wanted.append(absent[parent]) -%}{%- endfor -%}
    {%- endfor -%}
    {%- if wanted and var('without_files', 'no') != 'yes' -%}
    {%- set others = wanted | unique | list | length - 1 -%}
    {{ exceptions.raise_compiler_error(
        'There is no file ' ~ wanted[0]
        ~ (', nor of ' ~ others ~ ' other sources that the selected models read' if others else ', which a selected model reads')
        ~ '. Run first: make build DATA=' ~ var('data_set')
    ) }}
    {%- endif -%}
    {%- set statements = [] -%}
    {%- for source in sources if source_files(source.source_name, source.name) in there -%}
    {%- set files = files_relation(source_files(source.source_name, source.name)) -%}
    {%- set columns, listed = [], load_list(source.source_name, source.name) -%}
    {%- set join = ' left join ' ~ files_relation(listed) ~ ' as loads on files._load_id = loads.load_id' if listed in there else '' -%}
    {%- for name in source.columns -%}{%- do columns.append('files.' ~ adapter.quote(name)) -%}{%- endfor -%}
    {%- if source.source_name not in ['state', 'truth', 'landing'] -%}
    {%- for name in landing_columns()[:-1] -%}{%- do columns.append('files.' ~ name) -%}{%- endfor -%}
    {%- do columns.append('cast(' ~ ('loads.rank' if join else 'null') ~ ' as bigint) as ' ~ landing_columns()[-1]) -%}
    {%- endif -%}
    {%- set relation = api.Relation.create(database=source.database, schema=source.schema, identifier=source.identifier) -%}
    {%- do statements.append('create schema if not exists ' ~ relation.without_identifier()) -%}
    {%- do statements.append(
        'create or replace view ' ~ relation ~ ' as select ' ~ columns | join(', ') ~ ' from ' ~ files ~ ' as files' ~ join
    ) -%}
    {%- endfor -%}
    {%- if var('without_files', 'no') == 'yes' -%}
    {%- for source in sources if source.unique_id in absent -%}{%- do statements.extend(empty_source(source)) -%}{%- endfor -%}
    {%- endif -%}
    {%- if statements -%}{%- do run_query(statements | unique | join(';\n')) -%}{%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- A source table of which there is no file, as a view without rows: in a project that installs this one as a package nothing
    lands, and no earlier build has left a state. -#}
{% macro empty_source(source) -%}
    {%- set columns = [] -%}
    {%- for name in source.columns -%}{%- do columns.append('cast(null as string) as ' ~ adapter.quote(name)) -%}{%- endfor -%}
    {%- if source.source_name not in ['state', 'truth', 'landing'] -%}
    {%- set types = {'_source_row': 'bigint', '_landed_at': 'timestamp', '_load_rank': 'bigint'} -%}
    {%- for name in landing_columns() -%}{%- do columns.append('cast(null as ' ~ types.get(name, 'string') ~ ') as ' ~ name) -%}{%- endfor -%}
    {%- endif -%}
    {%- set relation = api.Relation.create(database=source.database, schema=source.schema, identifier=source.identifier) -%}
    {{ return([
        'create schema if not exists ' ~ relation.without_identifier(),
        'create or replace view ' ~ relation ~ ' as select ' ~ columns | join(', ') ~ ' where false'
    ]) }}
{%- endmacro %}

{#- Those of the patterns that match a file. -#}
{% macro matching_patterns(patterns) -%}
    {%- set tests = [] -%}
    {%- for pattern in patterns -%}
    {%- do tests.append("select '" ~ pattern ~ "' where exists (from glob('" ~ pattern ~ "'))") -%}
    {%- endfor -%}
    {{ return(run_query(tests | join(' union all ')).columns[0].values() | list) }}
{%- endmacro %}

{#- The systems of the data set (variable `systems`, separated by commas); a plain `dbt build` without it has every system
    that the project declares. A build holds those of its own data set alone. -#}
{% macro is_own_system(system) -%}
    {{ return(not var('systems') or system in var('systems').split(',')) }}
{%- endmacro %}

{#- Landed entities of the data set's systems, as their sources declare them (macros/staging/systems.sql): the quarantine,
    the landing summary and the conservation check loop over them. -#}
{% macro staged_entities() -%}
    {%- set own = [] -%}
    {%- for item in landed_entities() if is_own_system(item.system) -%}{%- do own.append(item) -%}{%- endfor -%}
    {{ return(own) }}
{%- endmacro %}

{#- The staging models of the data set's systems that offer an input entity (macros/staging/systems.sql). -#}
{% macro staged_offers(entity) -%}
    {%- set own = [] -%}
    {%- for model in input_offers()[entity] if is_own_system(system_of(model)) -%}{%- do own.append(model) -%}{%- endfor -%}
    {{ return(own) }}
{%- endmacro %}

{#- Stops where systems.sql does not list what the YAML of sources and staging models declares: it would be left out without
    a word. What is listed and not declared dbt itself does not find. -#}
{% macro check_systems() -%}
    {%- set listed, declared = [], [] -%}
    {%- for item in landed_entities() -%}{%- do listed.append('source ' ~ item.system ~ '.' ~ item.entity) -%}{%- endfor -%}
    {%- for entity, models in input_offers().items() -%}
    {%- for model in models -%}{%- do listed.append(model ~ ', which offers ' ~ entity) -%}{%- endfor -%}
    {%- endfor -%}
    {%- for source in graph.sources.values() if source.package_name == own_package() and source.source_name not in ['state', 'truth', 'landing'] -%}
    {#- rows: todo is a mapping that somebody still works on -#}
    {%- if source.config.meta.get('rows') != 'todo' -%}{%- do declared.append('source ' ~ source.source_name ~ '.' ~ source.name) -%}{%- endif -%}
    {%- endfor -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.package_name == own_package() and node.name.startswith('stg_') -%}
    {%- set entity = node.config.meta.get('input', node.name.split('__')[1]) -%}
    {%- if entity in input_offers() -%}{%- do declared.append(node.name ~ ', which offers ' ~ entity) -%}{%- endif -%}
    {%- endfor -%}
    {%- for one in declared | reject('in', listed) -%}
    {{ exceptions.raise_compiler_error('macros/staging/systems.sql does not list the ' ~ one ~ '. Run: make systems') }}
    {%- endfor -%}
{%- endmacro %}
