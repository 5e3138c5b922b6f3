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

{#- How many bytes to put in, take out, replace, or turn with the next one make one text of another
    (Damerau-Levenshtein). -#}
{% macro edit_distance(a, b) %}{{ return(adapter.dispatch('edit_distance')(a, b)) }}{% endmacro %}
{% macro default__edit_distance(a, b) -%} damerau_levenshtein({{ a }}, {{ b }}) {%- endmacro %}
{#- The table of the distances of all beginnings, row by row. Two bytes turned, with others put in or taken out between
    them, are found by the last place before where the one stands in the text of the other. -#}
{% macro spark__edit_distance(a, b) -%}
{%- set row_before = "instr(reverse(left(t.a, i - 1)), substr(t.b, j, 1))" -%}
{%- set column_before = "instr(reverse(left(t.b, j - 1)), substr(t.a, i, 1))" -%}
get(transform(
    array(struct(
        decode(encode({{ a }}, 'UTF-8'), 'ISO-8859-1') as a,
        decode(encode({{ b }}, 'UTF-8'), 'ISO-8859-1') as b
    )),
    t -> case
        when t.a is null or t.b is null then null
        when t.a = '' or t.b = '' then greatest(length(t.a), length(t.b))
        else element_at(element_at(aggregate(
            sequence(1, length(t.a)),
            array(sequence(0, length(t.b))),
            (rows, i) -> concat(rows, array(aggregate(
                sequence(1, length(t.b)),
                array(i),
                (row, j) -> concat(row, array(least(
                    get(get(rows, i - 1), j) + 1,
                    get(row, j - 1) + 1,
                    get(get(rows, i - 1), j - 1) + case when substr(t.a, i, 1) = substr(t.b, j, 1) then 0 else 1 end,
                    case
                        when {{ row_before }} > 0 and {{ column_before }} > 0
                            then get(get(rows, i - {{ row_before }} - 1), j - {{ column_before }} - 1)
                                + {{ row_before }} + {{ column_before }} - 1
                    end
                )))
            )))
        ), -1), -1)
    end
), 0)
{%- endmacro %}

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

{#- How alike two words are, 0 to 1, the beginning counting most (Jaro-Winkler), byte by byte as edit_distance. -#}
{% macro text_likeness(a, b) %}{{ return(adapter.dispatch('text_likeness')(a, b)) }}{% endmacro %}
{% macro default__text_likeness(a, b) -%} jaro_winkler_similarity({{ a }}, {{ b }}) {%- endmacro %}
{#- Each byte of one word takes the first free one like it in the other, not further off than half the longer word: places in both,
    in the order of the first. Bytes are out of order where they are not those of the places of the second in their own order. -#}
{% macro spark__text_likeness(a, b) -%}
{%- set reach = "greatest(0, cast(greatest(length(t.a), length(t.b)) / 2 as int) - 1)" -%}
{%- set from_place, to_place = "greatest(1, i - " ~ reach ~ ")", "least(length(t.b), i + " ~ reach ~ ")" -%}
{%- set free -%}
case
    when {{ from_place }} <= {{ to_place }}
        then get(filter(
            sequence({{ from_place }}, {{ to_place }}),
            j -> substr(t.b, j, 1) = substr(t.a, i, 1) and not exists(taken, p -> p.b = j)
        ), 0)
end
{%- endset -%}
get(transform(
    transform(
        transform(
            array(struct(
                decode(encode({{ a }}, 'UTF-8'), 'ISO-8859-1') as a,
                decode(encode({{ b }}, 'UTF-8'), 'ISO-8859-1') as b
            )),
            t -> struct(
                t.a as a,
                t.b as b,
                case
                    when length(t.a) > 0 and length(t.b) > 0
                        then aggregate(
                            sequence(1, length(t.a)),
                            cast(array() as array<struct<a: int, b: int>>),
                            (taken, i) -> filter(concat(taken, array(named_struct('a', i, 'b', {{ free }}))), p -> p.b is not null)
                        )
                    else cast(array() as array<struct<a: int, b: int>>)
                end as taken
            )
        ),
        t -> struct(
            t.a as a,
            t.b as b,
            case
                when size(t.taken) = 0 then cast(0 as double)
                else (
                    size(t.taken) / cast(length(t.a) as double)
                    + size(t.taken) / cast(length(t.b) as double)
                    + (
                        size(t.taken) - floor(size(filter(
                            zip_with(
                                transform(t.taken, p -> substr(t.a, p.a, 1)),
                                transform(array_sort(transform(t.taken, p -> p.b)), j -> substr(t.b, j, 1)),
                                (x, y) -> x <> y
                            ),
                            is_other -> is_other
                        )) / cast(2 as double))
                    ) / cast(size(t.taken) as double)
                ) / 3
            end as likeness
        )
    ),
    t -> case
        when t.a is null or t.b is null then null
        when t.likeness > 0.7
            then t.likeness + 0.1 * (1 - t.likeness) * case
                {%- for n in (4, 3, 2, 1) %}
                when least(length(t.a), length(t.b)) >= {{ n }} and left(t.a, {{ n }}) = left(t.b, {{ n }}) then {{ n }}
                {%- endfor %}
                else 0
            end
        else t.likeness
    end
), 0)
{%- endmacro %}
