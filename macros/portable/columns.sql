{#- All columns of the relations selected from, without the named ones. -#}
{% macro all_columns_except(columns) %}{{ return(adapter.dispatch('all_columns_except')(columns)) }}{% endmacro %}
{% macro default__all_columns_except(columns) -%} * exclude ({{ columns | join(', ') }}) {%- endmacro %}
{% macro spark__all_columns_except(columns) -%} * except ({{ columns | join(', ') }}) {%- endmacro %}
