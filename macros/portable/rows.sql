{#- A whole row, given by its table alias, as JSON text. -#}
{% macro row_as_json(alias) %}{{ return(adapter.dispatch('row_as_json')(alias)) }}{% endmacro %}
{% macro default__row_as_json(alias) -%} cast(to_json({{ alias }}) as varchar) {%- endmacro %}
{% macro spark__row_as_json(alias) -%} to_json(struct({{ alias }}.*)) {%- endmacro %}
