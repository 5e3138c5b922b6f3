{#- What engines spell differently, once. Public macro -> adapter.dispatch; `default__` is DuckDB. -#}

{% macro bind(value, name, body) %}
    {#- `let name = value in body` inside one expression: a value used several times is computed once, and the
        result is no CASE at the top, so that two columns built on the same value share it (an engine keeps common
        subexpressions of a CASE apart). No subquery may stand in `body`. -#}
    {{- return(adapter.dispatch('bind')(value, name, body)) -}}
{% endmacro %}

{% macro default__bind(value, name, body) -%}
list_transform([{{ value }}], lambda {{ name }}: {{ body }})[1]
{%- endmacro %}


{% macro regexp_like(x, pattern) %}
    {{- return(adapter.dispatch('regexp_like')(x, pattern)) -}}
{% endmacro %}

{% macro default__regexp_like(x, pattern) -%}
regexp_matches({{ x }}, '{{ pattern }}')
{%- endmacro %}


{% macro regexp_replace_all(x, pattern, replacement) %}
    {{- return(adapter.dispatch('regexp_replace_all')(x, pattern, replacement)) -}}
{% endmacro %}

{% macro default__regexp_replace_all(x, pattern, replacement) -%}
regexp_replace({{ x }}, '{{ pattern }}', '{{ replacement }}', 'g')
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
named_struct({% for name in pattern %}'{{ name }}', regexp_extract({{ x }}, '{{ pattern.values() | join }}', {{ loop.index }}){{ ", " if not loop.last }}{% endfor %})
{%- endmacro %}


{% macro characters(x) %}
    {#- One list element per code point. -#}
    {{- return(adapter.dispatch('characters')(x)) -}}
{% endmacro %}

{% macro default__characters(x) -%}
string_split({{ x }}, '')
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
