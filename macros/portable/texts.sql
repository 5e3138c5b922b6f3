{#- Aggregate: texts joined in an order; null where there is none. -#}
{% macro joined_texts(text, separator, position) %}{{ return(adapter.dispatch('joined_texts')(text, separator, position)) }}{% endmacro %}
{% macro default__joined_texts(text, separator, position) -%}
    string_agg({{ text }}, '{{ separator }}' order by {{ position }})
{%- endmacro %}
{% macro spark__joined_texts(text, separator, position) -%}
    listagg({{ text }}, '{{ separator }}') within group (order by {{ position }})
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
{% macro spark__sorted_texts(text, separator, position) -%}
    case
        when count({{ text }}) > 0
            then array_join(
                transform(
                    array_sort(collect_list(case when {{ text }} is not null then struct({{ position }} as position, {{ text }} as text) end)),
                    j -> j.text
                ),
                '{{ separator }}'
            )
    end
{%- endmacro %}

{#- Whether a text begins, or ends, with another. -#}
{% macro begins_with(x, part) %}{{ return(adapter.dispatch('begins_with')(x, part)) }}{% endmacro %}
{% macro default__begins_with(x, part) -%} starts_with({{ x }}, {{ part }}) {%- endmacro %}
{% macro spark__begins_with(x, part) -%} startswith({{ x }}, {{ part }}) {%- endmacro %}
{% macro ends_with(x, part) %}{{ return(adapter.dispatch('ends_with')(x, part)) }}{% endmacro %}
{% macro default__ends_with(x, part) -%} ends_with({{ x }}, {{ part }}) {%- endmacro %}
{% macro spark__ends_with(x, part) -%} endswith({{ x }}, {{ part }}) {%- endmacro %}

{#- The parts of a text between a separator of one character, as a list. -#}
{% macro text_parts(text, separator) %}{{ return(adapter.dispatch('text_parts')(text, separator)) }}{% endmacro %}
{% macro default__text_parts(text, separator) -%} string_split({{ text }}, '{{ separator }}') {%- endmacro %}
{% macro spark__text_parts(text, separator) -%} split({{ text }}, '[{{ separator }}]') {%- endmacro %}

{#- A number with so many digits behind the point. -#}
{% macro fixed_text(x, digits) %}{{ return(adapter.dispatch('fixed_text')(x, digits)) }}{% endmacro %}
{% macro default__fixed_text(x, digits) -%} printf('%.{{ digits }}f', {{ x }}) {%- endmacro %}
{% macro spark__fixed_text(x, digits) -%} format_string('%.{{ digits }}f', cast({{ x }} as double)) {%- endmacro %}

{#- A whole number as people read it, in thousands. -#}
{% macro grouped_number(x) %}{{ return(adapter.dispatch('grouped_number')(x)) }}{% endmacro %}
{% macro default__grouped_number(x) -%} format('{:,}', cast({{ x }} as bigint)) {%- endmacro %}
{% macro spark__grouped_number(x) -%} format_number({{ x }}, 0) {%- endmacro %}

{#- 64 bits of a key, cheaper to join and count by; whoever keeps them tests that they are unique. -#}
{% macro hashed_number(x) %}{{ return(adapter.dispatch('hashed_number')(x)) }}{% endmacro %}
{% macro default__hashed_number(x) -%} hash({{ x }}) {%- endmacro %}
{% macro spark__hashed_number(x) -%} xxhash64({{ x }}) {%- endmacro %}

{#- Edits that make one text the other. Neighbours that changed places are one edit on DuckDB and two on Spark, which has no
    Damerau distance. DuckDB counts bytes: of texts that are not Latin count characters by yourself. -#}
{% macro edit_distance(a, b) %}{{ return(adapter.dispatch('edit_distance')(a, b)) }}{% endmacro %}
{% macro default__edit_distance(a, b) -%} damerau_levenshtein({{ a }}, {{ b }}) {%- endmacro %}
{% macro spark__edit_distance(a, b) -%} levenshtein({{ a }}, {{ b }}) {%- endmacro %}

{#- How alike two words are, 0 to 1, the beginning counting most (Jaro-Winkler); Spark has the share of letters kept. -#}
{% macro text_likeness(a, b) %}{{ return(adapter.dispatch('text_likeness')(a, b)) }}{% endmacro %}
{% macro default__text_likeness(a, b) -%} jaro_winkler_similarity({{ a }}, {{ b }}) {%- endmacro %}
{% macro spark__text_likeness(a, b) -%}
    (1.0 - levenshtein({{ a }}, {{ b }}) / cast(greatest(length({{ a }}), length({{ b }})) as double))
{%- endmacro %}
