{#- Whether a text of two or three words has none but terms of these packed lists (listed_terms), as in null null. -#}
{% macro all_words_listed(text, lists) -%}
(
    contains({{ text }}, ' ') and split_part({{ text }}, ' ', 4) = ''
    {%- for position in [1, 2, 3] %}
    {%- set word = "split_part(" ~ text ~ ", ' ', " ~ position ~ ")" %}
    and (
        {{ word ~ " = '' or " if position == 3 }}
        {%- for list in lists -%}
        {{ function('is_listed') }}({{ list }}, {{ word }}){{ " or " if not loop.last }}
        {%- endfor -%}
    )
    {%- endfor %}
)
{%- endmacro %}

{#- Whether a Chinese text of four characters is two terms of these packed lists, as in 未知客户. -#}
{% macro both_halves_listed(text, lists) -%}
(
    {{ regexp_like(text, '^[\\x{3400}-\\x{9FFF}]{4}$') }}
    {%- for half in ['left', 'right'] %}
    and (
        {%- for list in lists -%}
        {{ function('is_listed') }}({{ list }}, {{ half }}({{ text }}, 2)){{ " or " if not loop.last }}
        {%- endfor -%}
    )
    {%- endfor %}
)
{%- endmacro %}
