{#- Integer fen as landed, in yuan. -#}
{% macro fen_as_yuan(x) -%}
    try_cast({{ parse_integer(x) }} * 0.01 as decimal(18, 2))
{%- endmacro %}
