{#- Whether a source is files that dbt reads (register_sources); on Spark it is a table of the catalog. -#}
{% macro reads_files() %}{{ return(adapter.dispatch('reads_files')()) }}{% endmacro %}
{% macro default__reads_files() %}{{ return(true) }}{% endmacro %}
{% macro spark__reads_files() %}{{ return(false) }}{% endmacro %}

{#- Column → type of a relation, in small and large letters; `_loaded_at` is that of the expression. -#}
{% macro relation_types(relation, loaded_at=none) %}{{ return(adapter.dispatch('relation_types')(relation, loaded_at)) }}{% endmacro %}
{% macro default__relation_types(relation, loaded_at) -%}
    {%- set told = ', ' ~ loaded_at ~ ' as _loaded_at' if loaded_at else '' -%}
    {%- set types = {} -%}
    {%- for row in run_query('describe select *' ~ told ~ ' from ' ~ relation).rows -%}
    {%- do types.update({row[0] | lower: row[1] | upper}) -%}
    {%- endfor -%}
    {{ return(types) }}
{%- endmacro %}
{% macro spark__relation_types(relation, loaded_at) -%}
    {%- set types = {} -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%}
    {%- do types.update({column.name | lower: column.dtype | upper}) -%}
    {%- endfor -%}
    {{ return(types) }}
{%- endmacro %}

{#- A value of a known type as its exact text. An instant is written in UTC and says so; a number has no exponent, and one
    that is none (NaN) is empty. -#}
{% macro exact_text(x, type) %}{{ return(adapter.dispatch('exact_text')(x, type)) }}{% endmacro %}
{% macro default__exact_text(x, type) -%}
    {%- if type == 'TIMESTAMP WITH TIME ZONE' -%}
    cast(timezone('UTC', {{ x }}) as string) || 'Z'
    {%- elif type in ('DOUBLE', 'FLOAT') -%}
    case
                when isnan({{ x }}) then null
                when strpos(cast({{ x }} as string), 'e') = 0 then regexp_replace(cast({{ x }} as string), '[.]0$', '')
                when abs({{ x }}) >= 1 then cast(try_cast(cast({{ x }} as string) as decimal(38, 0)) as string)
                else rtrim(cast(try_cast(cast({{ x }} as string) as decimal(38, 30)) as string), '0')
            end
    {%- else -%}
    nullif(cast({{ x }} as string), '')
    {%- endif -%}
{%- endmacro %}
{% macro spark__exact_text(x, type) -%}
    {%- if type == 'TIMESTAMP' -%}
    date_format(to_utc_timestamp({{ x }}, current_timezone()), 'yyyy-MM-dd HH:mm:ss.SSSSSS') || 'Z'
    {%- elif type in ('DOUBLE', 'FLOAT') -%}
    cast(cast({{ x }} as decimal(38, 15)) as string)
    {%- else -%}
    nullif(cast({{ x }} as string), '')
    {%- endif -%}
{%- endmacro %}

{#- A time of a known type as a UTC timestamp: one without a zone is in UTC already, a day begins in UTC. -#}
{% macro instant_in_utc(x, type) %}{{ return(adapter.dispatch('instant_in_utc')(x, type)) }}{% endmacro %}
{% macro default__instant_in_utc(x, type) -%}
    {{ "timezone('UTC', " ~ x ~ ")" if type == 'TIMESTAMP WITH TIME ZONE' else 'cast(' ~ x ~ ' as timestamp)' }}
{%- endmacro %}
{% macro spark__instant_in_utc(x, type) -%} to_utc_timestamp({{ x }}, current_timezone()) {%- endmacro %}

{#- A DuckDB file as a database beside this one. -#}
{% macro attach_database(path, name) %}{{ return(adapter.dispatch('attach_database')(path, name)) }}{% endmacro %}
{% macro default__attach_database(path, name) -%}
    attach if not exists '{{ path | replace("'", "''") }}' as {{ adapter.quote(name) }} (read_only)
{%- endmacro %}
{% macro spark__attach_database(path, name) -%}
    {{ exceptions.raise_compiler_error('Only DuckDB attaches files; ' ~ name ~ ' must be a catalog of Spark') }}
{%- endmacro %}
