{#- Aggregate: texts joined in an order; null where there is none. -#}
{% macro joined_texts(text, separator, position) %}{{ return(adapter.dispatch('joined_texts')(text, separator, position)) }}{% endmacro %}
{% macro default__joined_texts(text, separator, position) -%}
    string_agg({{ text }}, '{{ separator }}' order by {{ position }})
{%- endmacro %}

{#- Aggregate: as joined_texts, by one ascending position, for many small groups: an ordered aggregate keeps some 10 kB
    for each, a list is sorted afterwards. -#}
{% macro sorted_texts(text, separator, position) %}{{ return(adapter.dispatch('sorted_texts')(text, separator, position)) }}{% endmacro %}
{% macro default__sorted_texts(text, separator, position) -%}
    array_to_string(
        list_transform(
            list_sort(list({'position': {{ position }}, 'text': {{ text }}}) filter (where {{ text }} is not null)),
            lambda _j: struct_extract(_j, 'text')
        ),
        '{{ separator }}'
    )
{%- endmacro %}

{#- A whole number as people read it, in thousands. -#}
{% macro grouped_number(x) %}{{ return(adapter.dispatch('grouped_number')(x)) }}{% endmacro %}
{% macro default__grouped_number(x) -%} format('{:,}', cast({{ x }} as bigint)) {%- endmacro %}
{% macro spark__grouped_number(x) -%} format_number({{ x }}, 0) {%- endmacro %}

{#- 64 bits of a key, cheaper to join and count by; whoever keeps them tests that they are unique. -#}
{% macro hashed_number(x) %}{{ return(adapter.dispatch('hashed_number')(x)) }}{% endmacro %}
{% macro default__hashed_number(x) -%} hash({{ x }}) {%- endmacro %}
{% macro spark__hashed_number(x) -%} xxhash64({{ x }}) {%- endmacro %}
