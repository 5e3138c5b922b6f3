{#-
  Every value in the landed rows that identifies a person, as declared in the sources (`pii`) and standardised as
  customers are: also where no model reads the column, such as the telephone of who receives a parcel. A view beside a
  build for scripts/customer360/erasure.py; no model reads it.
-#}
{% macro create_personal_values() %}
    {%- if execute -%}
    {%- set selects = [] -%}
    {%- for source in graph.sources.values() if source.source_name not in ['state', 'truth'] -%}
        {%- for column in source.columns.values() -%}
            {%- set pii = column.config.get('meta', {}).get('pii') -%}
            {%- set value = {
                'phone': phone('landed.' ~ column.name),
                'email': email('landed.' ~ column.name),
                'social_id': clean_text('landed.' ~ column.name),
                'id_number': id_number_hash('landed.' ~ column.name, 'landed._landed_at'),
            }.get(pii) -%}
            {%- if value -%}
                {%- do selects.append(
                    "select '" ~ source.source_name ~ "' as source_system, '" ~ source.name ~ "' as entity, "
                    ~ "landed._load_id as load_id, landed._source_sheet as source_sheet, landed._source_row as source_row, "
                    ~ "'" ~ pii ~ "' as value_type, " ~ value ~ " as value from " ~ builtins.source(source.source_name, source.name) ~ " as landed"
                ) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- do run_query("create schema if not exists erasure") -%}
    {%- do run_query("create or replace view erasure.personal_values as " ~ selects | join(" union all ")) -%}
    {%- endif -%}
{% endmacro %}
