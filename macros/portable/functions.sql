{#- How engines create the functions of functions/. dbt knows scalar functions as `create function ... returns`; DuckDB
    calls the same thing a macro, whose result has the type of its body. -#}

{% macro duckdb__scalar_function_create_replace_signature_sql(target_relation) -%}
create or replace macro {{ target_relation.render() }}(
    {%- for argument in model.arguments -%}
    {{ argument.name }} {{ argument.data_type }}
    {%- if argument.default_value %} := {{ argument.default_value }}{% endif -%}
    {{ ", " if not loop.last }}
    {%- endfor -%}
) as
{%- endmacro %}

{% macro duckdb__scalar_function_body_sql() -%}
(
{{ model.compiled_code }}
)
{%- endmacro %}
