{#- Something stands in the field, and the function `reader` could not read it. -#}
{% macro is_unreadable(x, reader) -%}
    ({{ function('clean_text') }}({{ x }}) is not null and {{ function(reader) }}({{ x }}) is null)
{%- endmacro %}
