{#- A whole row, given by its table alias, as JSON text; keys sorted, so that the order of columns decides nothing. -#}
{% macro row_as_json(alias) %}{{ return(adapter.dispatch('row_as_json')(alias)) }}{% endmacro %}
{% macro default__row_as_json(alias) -%}
    cast(to_json(map_from_entries(list_sort(map_entries(cast(to_json({{ alias }}) as map(varchar, json)))))) as string)
{%- endmacro %}
{% macro spark__row_as_json(alias) -%} to_json(struct({{ alias }}.*)) {%- endmacro %}

{#- All columns but these, in a list of what is selected. -#}
{% macro all_but(columns) %}{{ return(adapter.dispatch('all_but')(columns)) }}{% endmacro %}
{% macro default__all_but(columns) -%} * exclude ({{ columns | join(', ') }}) {%- endmacro %}
{% macro spark__all_but(columns) -%} * except ({{ columns | join(', ') }}) {%- endmacro %}

{#- All columns, these with another value, in a list of what is selected:
    `{% call all_with(['price']) %} -price as price {% endcall %}`. -#}
{% macro all_with(columns) %}{{ return(adapter.dispatch('all_with')(columns, caller())) }}{% endmacro %}
{% macro default__all_with(columns, values) -%} * replace ({{ values }}) {%- endmacro %}
{% macro spark__all_with(columns, values) -%} * except ({{ columns | join(', ') }}), {{ values }} {%- endmacro %}

{#- One number per content of a landed row, whatever file it came from. Compared within one build only. -#}
{% macro row_content_hash(alias) %}{{ return(adapter.dispatch('row_content_hash')(alias)) }}{% endmacro %}
{% macro default__row_content_hash(alias) -%}
    hash(*columns({{ alias }}.* exclude ({{ landing_columns() | join(', ') }})))
{%- endmacro %}

{% macro spark__row_content_hash(alias) -%}
    xxhash64(to_json(struct({{ alias }}.* except ({{ landing_columns() | join(', ') }})), map('ignoreNullFields', 'false')))
{%- endmacro %}

{#- The shape of a text: the body of the function mask_shape, which Spark calls in no lambda. -#}
{% macro shape_of(x) -%}
    {{ regexp_replace_all(regexp_replace_all('left(' ~ x ~ ', 40)', '[\\p{L}\\p{M}⺀-⿟]', 'x'), '[\\p{N}]', '9') }}
{%- endmacro %}

{#- JSON of a row as the shape of its values (function mask_shape). -#}
{% macro masked_row(x) %}{{ return(adapter.dispatch('masked_row')(x)) }}{% endmacro %}
{% macro default__masked_row(x) -%}
    list_aggregate(list_transform(
        list_filter(json_keys({{ x }}), lambda k: left(k, 1) <> '_' and json_extract_string({{ x }}, '$."' || k || '"') is not null),
        lambda k: k || ': ' || {{ function('mask_shape') }}(json_extract_string({{ x }}, '$."' || k || '"'))
    ), 'string_agg', '; ')
{%- endmacro %}
{% macro spark__masked_row(x) -%}
    array_join(transform(
        filter(json_object_keys({{ x }}), k -> left(k, 1) <> '_' and get_json_object({{ x }}, '$.' || k) is not null),
        k -> k || ': ' || {{ shape_of("get_json_object(" ~ x ~ ", '$.' || k)") }}
    ), '; ')
{%- endmacro %}
