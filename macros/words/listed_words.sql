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
