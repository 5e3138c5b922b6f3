{%- set heads = [] -%}
{%- for size in range(2, 13) -%}{%- do heads.append('left(text, ' ~ size ~ ')') -%}{%- endfor -%}
array_distinct({{ list_of(heads) }})
