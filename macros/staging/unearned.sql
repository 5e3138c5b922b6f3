{#- Whether the article of a line is a liability (function is_unearned); columns of the row that tell it, or `null`. -#}
{% macro is_unearned_line(source_system, number, category, name) -%}
    {{ function('is_unearned') }}('{{ source_system }}', {{ number }}, {{ category }}, {{ name }})
{%- endmacro %}
