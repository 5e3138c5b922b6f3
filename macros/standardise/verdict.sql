{#- A verdict is one text: the accepted value, or '!' and the reason why there is none. Value and reason are then two
    columns on one computed expression. -#}
{% macro verdict_value(verdict) -%}
{{- bind(verdict, '_v', "case when not starts_with(_v, '!') then _v end") -}}
{%- endmacro %}


{% macro verdict_reason(verdict) -%}
{{- bind(verdict, '_v', "case when starts_with(_v, '!') then substr(_v, 2) end") -}}
{%- endmacro %}
