{#- Lists of text: literals that keep only the values whose condition holds, and how to read them. -#}

{% macro compact_list(pairs) %}{{ return(adapter.dispatch('compact_list')(pairs)) }}{% endmacro %}

{% macro default__compact_list(pairs) -%}
    list_filter(
        [
            {%- for value, condition in pairs %}
            case when {{ condition }} then '{{ value }}' end{{ "," if not loop.last }}
            {%- endfor %}
        ],
        lambda x: x is not null
    )
{%- endmacro %}

{% macro spark__compact_list(pairs) -%}
    array_compact(array(
        {%- for value, condition in pairs %}
        case when {{ condition }} then '{{ value }}' end{{ "," if not loop.last }}
        {%- endfor %}
    ))
{%- endmacro %}

{% macro list_is_empty(list) %}{{ return(adapter.dispatch('list_is_empty')(list)) }}{% endmacro %}
{% macro default__list_is_empty(list) -%} len({{ list }}) = 0 {%- endmacro %}
{% macro spark__list_is_empty(list) -%} size({{ list }}) = 0 {%- endmacro %}

{% macro list_first(list) %}{{ return(adapter.dispatch('list_first')(list)) }}{% endmacro %}
{% macro default__list_first(list) -%} {{ list }}[1] {%- endmacro %}
{% macro spark__list_first(list) -%} get({{ list }}, 0) {%- endmacro %}

{% macro list_as_text(list, separator=', ') %}{{ return(adapter.dispatch('list_as_text')(list, separator)) }}{% endmacro %}
{% macro default__list_as_text(list, separator) -%} array_to_string({{ list }}, '{{ separator }}') {%- endmacro %}
{% macro spark__list_as_text(list, separator) -%} array_join({{ list }}, '{{ separator }}') {%- endmacro %}

{#- The texts of a list that are not null, one behind the other; null where there is none. -#}
{% macro list_joined(list, separator='') %}{{ return(adapter.dispatch('list_joined')(list, separator)) }}{% endmacro %}
{% macro default__list_joined(list, separator) -%}
    list_aggregate({{ list }}, 'string_agg', '{{ separator }}')
{%- endmacro %}
{% macro spark__list_joined(list, separator) -%}
    case when exists({{ list }}, x -> x is not null) then array_join({{ list }}, '{{ separator }}') end
{%- endmacro %}

{#- For each element of a list, called `name`, the value of `body`. -#}
{% macro list_each(list, name, body) %}{{ return(adapter.dispatch('list_each')(list, name, body)) }}{% endmacro %}
{% macro default__list_each(list, name, body) -%}
    list_transform({{ list }}, lambda {{ name }}: {{ body }})
{%- endmacro %}
{% macro spark__list_each(list, name, body) -%} transform({{ list }}, {{ name }} -> {{ body }}) {%- endmacro %}

{#- Of two lists of one length, per position the first value that is not null. -#}
{% macro list_coalesce(first, second) %}{{ return(adapter.dispatch('list_coalesce')(first, second)) }}{% endmacro %}
{% macro default__list_coalesce(first, second) -%}
    list_transform(list_zip({{ first }}, {{ second }}), lambda _c: coalesce(_c[1], _c[2]))
{%- endmacro %}
{% macro spark__list_coalesce(first, second) -%}
    zip_with({{ first }}, {{ second }}, (a, b) -> coalesce(a, b))
{%- endmacro %}

{#- A list of expressions. -#}
{% macro list_of(values) %}{{ return(adapter.dispatch('list_of')(values)) }}{% endmacro %}
{% macro default__list_of(values) -%} [{{ values | join(', ') }}] {%- endmacro %}
{% macro spark__list_of(values) -%} array({{ values | join(', ') }}) {%- endmacro %}

{#- One row per element of a list. -#}
{% macro each_element(list) %}{{ return(adapter.dispatch('each_element')(list)) }}{% endmacro %}
{% macro default__each_element(list) -%} unnest({{ list }}) {%- endmacro %}
{% macro spark__each_element(list) -%} explode({{ list }}) {%- endmacro %}

{#- Aggregate: a map of keys, which differ, to values. -#}
{% macro map_of(keys, values) %}{{ return(adapter.dispatch('map_of')(keys, values)) }}{% endmacro %}
{% macro default__map_of(keys, values) -%} map(list({{ keys }}), list({{ values }})) {%- endmacro %}
{% macro spark__map_of(keys, values) -%}
    map_from_entries(collect_list(struct({{ keys }} as key, {{ values }} as value)))
{%- endmacro %}

{#- The nth element, counted from 1. -#}
{% macro list_at(list, position) %}{{ return(adapter.dispatch('list_at')(list, position)) }}{% endmacro %}
{% macro default__list_at(list, position) -%} {{ list }}[{{ position }}] {%- endmacro %}
{% macro spark__list_at(list, position) -%} get({{ list }}, {{ position }} - 1) {%- endmacro %}

{#- The elements up to the nth, and from the nth on. -#}
{% macro list_until(list, position) %}{{ return(adapter.dispatch('list_until')(list, position)) }}{% endmacro %}
{% macro default__list_until(list, position) -%} {{ list }}[:{{ position }}] {%- endmacro %}
{% macro spark__list_until(list, position) -%} slice({{ list }}, 1, {{ position }}) {%- endmacro %}
{% macro list_from(list, position) %}{{ return(adapter.dispatch('list_from')(list, position)) }}{% endmacro %}
{% macro default__list_from(list, position) -%} {{ list }}[{{ position }}:] {%- endmacro %}
{% macro spark__list_from(list, position) -%} slice({{ list }}, {{ position }}, size({{ list }})) {%- endmacro %}

{#- Aggregate: interpolated percentiles as one list, in one pass. -#}
{% macro percentiles(x, shares) %}{{ return(adapter.dispatch('percentiles')(x, shares)) }}{% endmacro %}
{% macro default__percentiles(x, shares) -%} quantile_cont(cast({{ x }} as double), {{ shares }}) {%- endmacro %}
{% macro spark__percentiles(x, shares) -%} percentile(cast({{ x }} as double), array({{ shares | join(', ') }})) {%- endmacro %}

{#- Aggregate: the values of a group as a sorted list; null where there is none. -#}
{% macro sorted_list(x) %}{{ return(adapter.dispatch('sorted_list')(x)) }}{% endmacro %}
{% macro default__sorted_list(x) -%} list_sort(list({{ x }}) filter (where {{ x }} is not null)) {%- endmacro %}
{% macro spark__sorted_list(x) -%} case when count({{ x }}) > 0 then array_sort(collect_list({{ x }})) end {%- endmacro %}

{#- Aggregate: as sorted_list, each value once. -#}
{% macro sorted_set(x) %}{{ return(adapter.dispatch('sorted_set')(x)) }}{% endmacro %}
{% macro default__sorted_set(x) -%} list_sort(list(distinct {{ x }}) filter (where {{ x }} is not null)) {%- endmacro %}
{% macro spark__sorted_set(x) -%} case when count({{ x }}) > 0 then array_sort(collect_set({{ x }})) end {%- endmacro %}

{#- Aggregate: a column of all rows as a list, nulls too, in the order of a position that no two rows share. -#}
{% macro ordered_list(x, position) %}{{ return(adapter.dispatch('ordered_list')(x, position)) }}{% endmacro %}
{% macro default__ordered_list(x, position) -%} list({{ x }} order by {{ position }} asc) {%- endmacro %}
{% macro spark__ordered_list(x, position) -%}
    transform(array_sort(collect_list(struct({{ position }} as position, {{ x }} as value))), o -> o.value)
{%- endmacro %}

{#- The elements of a list at these positions, counted from 1, in their order. -#}
{% macro list_pick(list, positions) %}{{ return(adapter.dispatch('list_pick')(list, positions)) }}{% endmacro %}
{% macro default__list_pick(list, positions) -%} list_select({{ list }}, {{ positions }}) {%- endmacro %}
{% macro spark__list_pick(list, positions) -%} transform({{ positions }}, p -> get({{ list }}, cast(p as int) - 1)) {%- endmacro %}
