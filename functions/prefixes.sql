list_distinct([
    {%- for size in range(2, 13) %}left(text, {{ size }}){{ ', ' if not loop.last }}{% endfor -%}
])
