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

{#- A subquery: Spark calls no function of the project in a lambda. From two queries inside it finds no name of an outer
    one: each subquery hands on what it mentions of the arguments of a function and of the names of outer `bind`s. -#}
{% macro spark__bind(value, name, body) -%}
{%- set text = value ~ ' ' ~ body -%}
{%- set made_inside = modules.re.findall('\\bas (_[a-z])\\b|\\b(_[a-z]) ->', text) | map('join') | list -%}
{%- set names = modules.re.findall('\\b_[a-z]\\b', text) | unique | reject('in', made_inside + [name]) | list -%}
{%- for argument in model.arguments or [] if modules.re.search('\\b' ~ argument.name ~ '\\b', text) -%}
{%- do names.append(argument.name) -%}
{%- endfor -%}
(select {{ body }} from (select {{ ([value ~ ' as ' ~ name] + names) | join(', ') }}
{%- if names %} from (select {{ names | join(', ') }}){% endif %}))
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


{#- A text, its quotes doubled, as a literal. -#}
{% macro text_literal(text) %}{{ return(adapter.dispatch('text_literal')(text)) }}{% endmacro %}
{% macro default__text_literal(text) -%} '{{ text }}' {%- endmacro %}
{% macro spark__text_literal(text) -%} {{ spark_literal(text) }} {%- endmacro %}

{#- Spark takes a backslash for the beginning of an escape. -#}
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

{#- The list is a column first: no subquery may stand in a higher-order function. -#}
{% macro spark__look_up(list, characters, first_code_point) -%}
(
    select transform(_l.characters, _c -> get(_l.list, ascii(_c) - {{ first_code_point }}))
    from (select {{ characters }} as characters, {{ list }} as list) as _l
)
{%- endmacro %}


{#- The code point of a character, and the character of a code point below U+10000. -#}
{% macro code_point(x) %}{{ return(adapter.dispatch('code_point')(x)) }}{% endmacro %}
{% macro default__code_point(x) -%} unicode({{ x }}) {%- endmacro %}
{% macro spark__code_point(x) -%} ascii({{ x }}) {%- endmacro %}
{% macro character_of(x) %}{{ return(adapter.dispatch('character_of')(x)) }}{% endmacro %}
{% macro default__character_of(x) -%} chr({{ x }}) {%- endmacro %}
{% macro spark__character_of(x) -%} decode(unhex(lpad(hex({{ x }}), 4, '0')), 'UTF-16BE') {%- endmacro %}


{% macro strip_accents(x) %}
    {{- return(adapter.dispatch('strip_accents')(x)) -}}
{% endmacro %}

{% macro default__strip_accents(x) -%}
strip_accents({{ x }})
{%- endmacro %}

{% macro spark__strip_accents(x) -%}
regexp_replace(translate({{ x }}, '{{ composed_letters() }}', '{{ letters_without_accents() }}'), '[\u0300-\u036F]', '')
{%- endmacro %}


{% macro composed(x) %}
    {#- A letter and its accents as one character (NFC). On Spark letters with one or several marks, in the order of
        Unicode, and Han; syllables of Hangul stay as they are. -#}
    {{- return(adapter.dispatch('composed')(x)) -}}
{% endmacro %}

{% macro default__composed(x) -%}
nfc_normalize({{ x }})
{%- endmacro %}

{% macro spark__composed(x) -%}
aggregate(
    sequence(1, {{ composed_letters() | length }}),
    translate({{ x }}, '{{ compatible_han() }}', '{{ unified_han() }}'),
    (done, i) -> replace(done, substr('{{ letter_parts() }}', 2 * i - 1, 2), substr('{{ composed_letters() }}', i, 1))
)
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
