{#- What engines spell differently, once. Public macro -> adapter.dispatch; `default__` is DuckDB. -#}

{#- A type as the YAML of a model declares it. -#}
{% macro type_of(data_type) %}{{ return(adapter.dispatch('type_of')(data_type)) }}{% endmacro %}
{% macro default__type_of(data_type) -%} {{ data_type }} {%- endmacro %}
{% macro spark__type_of(data_type) -%} {{ 'string' if data_type == 'varchar' else data_type }} {%- endmacro %}


{% macro bind(value, name, body) %}
    {#- `let name = value in body` inside one expression: a value used several times is computed once, and the
        result is no CASE at the top, so that two columns built on the same value share it (an engine keeps common
        subexpressions of a CASE apart). No subquery may stand in `body`. -#}
    {{- return(adapter.dispatch('bind')(value, name, body)) -}}
{% endmacro %}

{% macro default__bind(value, name, body) -%}
list_transform([{{ value }}], lambda {{ name }}: {{ body }})[1]
{%- endmacro %}

{#- A subquery: Spark calls no function of the project in a lambda. What `bind` made of a value is such a query already; it reads
    no column of an outer one, which Spark does not find from two queries inside. -#}
{% macro spark__bind(value, name, body) -%}
(select {{ body }} from {{ value if modules.re.search('^[(]select.* as bound[(]_\w+[)][)]$', value, modules.re.DOTALL) else '(select ' ~ value ~ ')' }} as bound({{ name }}))
{%- endmacro %}


{% macro struct_of(fields) %}
    {#- A struct: the expression of each field by its name. -#}
    {{- return(adapter.dispatch('struct_of')(fields)) -}}
{% endmacro %}

{% macro default__struct_of(fields) -%}
{ {%- for name, value in fields.items() %}'{{ name }}': {{ value }}{{ ", " if not loop.last }}{% endfor -%} }
{%- endmacro %}

{% macro spark__struct_of(fields) -%}
named_struct({% for name, value in fields.items() %}'{{ name }}', {{ value }}{{ ", " if not loop.last }}{% endfor %})
{%- endmacro %}


{#- A text as a literal of Spark, which takes a backslash for the beginning of an escape. -#}
{% macro spark_literal(text) -%} '{{ text | replace('\\', '\\\\') }}' {%- endmacro %}


{% macro regexp_like(x, pattern) %}
    {{- return(adapter.dispatch('regexp_like')(x, pattern)) -}}
{% endmacro %}

{% macro default__regexp_like(x, pattern) -%}
regexp_matches({{ x }}, '{{ pattern }}')
{%- endmacro %}

{% macro spark__regexp_like(x, pattern) -%}
regexp_like({{ x }}, {{ spark_literal(pattern) }})
{%- endmacro %}


{% macro regexp_replace_all(x, pattern, replacement) %}
    {{- return(adapter.dispatch('regexp_replace_all')(x, pattern, replacement)) -}}
{% endmacro %}

{% macro default__regexp_replace_all(x, pattern, replacement) -%}
regexp_replace({{ x }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}

{% macro spark__regexp_replace_all(x, pattern, replacement) -%}
{%- set replacement = modules.re.sub('\\\\([0-9])', '$\\1', replacement | replace('$', '\\$')) -%}
regexp_replace({{ x }}, {{ spark_literal(pattern) }}, {{ spark_literal(replacement) }})
{%- endmacro %}


{% macro regexp_groups(x, pattern) %}
    {#- One match of the whole pattern as a struct of its groups. `pattern` maps the name of each group to a piece of the
        pattern that opens this group and no other; the pieces are joined. Without a match every group is empty. -#}
    {{- return(adapter.dispatch('regexp_groups')(x, pattern)) -}}
{% endmacro %}

{% macro default__regexp_groups(x, pattern) -%}
regexp_extract({{ x }}, '{{ pattern.values() | join }}', ['{{ pattern.keys() | join("', '") }}'])
{%- endmacro %}

{% macro spark__regexp_groups(x, pattern) -%}
named_struct({% for name in pattern %}'{{ name }}', regexp_extract({{ x }}, {{ spark_literal(pattern.values() | join) }}, {{ loop.index }}){{ ", " if not loop.last }}{% endfor %})
{%- endmacro %}


{% macro characters(x) %}
    {#- One list element per code point. -#}
    {{- return(adapter.dispatch('characters')(x)) -}}
{% endmacro %}

{% macro default__characters(x) -%}
string_split({{ x }}, '')
{%- endmacro %}

{% macro spark__characters(x) -%}
split({{ x }}, '')
{%- endmacro %}


{% macro look_up(list, characters, first_code_point) %}
    {#- Element of `list` per character; null outside the list. A constant list inside a lambda is copied for every
        row (1M rows: minutes), hence list_select. -#}
    {{- return(adapter.dispatch('look_up')(list, characters, first_code_point)) -}}
{% endmacro %}

{% macro default__look_up(list, characters, first_code_point) -%}
list_select({{ list }}, list_transform({{ characters }}, lambda _c: unicode(_c) - {{ first_code_point - 1 }}))
{%- endmacro %}


{% macro strip_accents(x) %}
    {{- return(adapter.dispatch('strip_accents')(x)) -}}
{% endmacro %}

{% macro default__strip_accents(x) -%}
strip_accents({{ x }})
{%- endmacro %}


{% macro first_filled(x, positions) %}
    {#- Aggregate: the value of `x` that is not null and stands first by `positions`, ascending, one after the other. -#}
    {{- return(adapter.dispatch('first_filled')(x, [positions] if positions is string else positions)) -}}
{% endmacro %}

{% macro default__first_filled(x, positions) -%}
arg_min({{ x }}, {{ positions[0] if positions | length == 1 else 'row(' ~ positions | join(', ') ~ ')' }})
{%- endmacro %}

{% macro spark__first_filled(x, positions) -%}
min_by({{ x }}, struct({{ positions | join(', ') }})) filter (where {{ x }} is not null)
{%- endmacro %}


{% macro newest_filled(x, at) %}
    {#- Aggregate: the value of `x` that is not null and of the latest time `at`; of several at that time the greatest, so that no
        order of rows decides. A row without a time is older than all others. -#}
    {{- return(adapter.dispatch('newest_filled')(x, at)) -}}
{% endmacro %}

{% macro default__newest_filled(x, at) -%}
arg_max({{ x }}, row(coalesce({{ at }}, timestamp '0001-01-01'), {{ x }}))
{%- endmacro %}

{% macro spark__newest_filled(x, at) -%}
max_by({{ x }}, struct(coalesce({{ at }}, timestamp '0001-01-01'), {{ x }})) filter (where {{ x }} is not null)
{%- endmacro %}


{% macro newest_beside(x, main, at) %}
    {#- Aggregate: `x`, null or not, of the row that the newest `main` stands in; where `main` stands nowhere, the newest `x`. -#}
    {{- return(adapter.dispatch('newest_beside')(x, main, at)) -}}
{% endmacro %}

{% macro default__newest_beside(x, main, at) -%}
case
    when count({{ main }}) > 0
        then (
            arg_max(struct_pack(value := {{ x }}), row(coalesce({{ at }}, timestamp '0001-01-01'), {{ main }}, {{ x }}))
                filter (where {{ main }} is not null)
        ).value
    else {{ newest_filled(x, at) }}
end
{%- endmacro %}

{% macro spark__newest_beside(x, main, at) -%}
case
    when count({{ main }}) > 0
        then (
            max_by(
                named_struct('value', {{ x }}),
                struct(coalesce({{ at }}, timestamp '0001-01-01'), {{ main }}, coalesce(cast({{ x }} as string), ''))
            ) filter (where {{ main }} is not null)
        ).value
    else {{ newest_filled(x, at) }}
end
{%- endmacro %}
