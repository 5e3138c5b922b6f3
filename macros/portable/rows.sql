{#- A whole row, given by its table alias, as JSON text. -#}
{% macro row_as_json(alias) %}{{ return(adapter.dispatch('row_as_json')(alias)) }}{% endmacro %}
{% macro default__row_as_json(alias) -%} cast(to_json({{ alias }}) as varchar) {%- endmacro %}
{% macro spark__row_as_json(alias) -%} to_json(struct({{ alias }}.*)) {%- endmacro %}

{#- One number per content of a landed row, whatever file it came from. Compared within one build only. -#}
{% macro row_content_hash(alias) %}{{ return(adapter.dispatch('row_content_hash')(alias)) }}{% endmacro %}
{% macro default__row_content_hash(alias) -%}
    hash(*columns({{ alias }}.* exclude (_source_file, _source_sheet, _source_row, _row_kind, _load_id, _landed_at)))
{%- endmacro %}
