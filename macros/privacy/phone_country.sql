{#-
  The argument of the function phone that says whose numbers stand in a column without a calling code, as the mapping of
  its source has it (`phone_country`, a column of the same entity that maps to its country) and the base model reads it;
  empty where it is the data set's own country.
-#}
{% macro phone_country(source, column) -%}
    {%- set stated = column.config.meta.get('phone_country', source.config.meta.get('phone_country')) -%}
    {#- YAML reads a bare NO, Norway, as false -#}
    {%- set stated = 'NO' if stated is false else stated -%}
    {%- set default = "'" ~ stated ~ "'" if stated and stated not in ['todo', 'none'] else none -%}
    {%- set own = [] -%}
    {%- for target in targets_of(column) if target.endswith('.phone') -%}
    {%- for other in source.columns.values() if target.replace('.phone', '.country') in targets_of(other) -%}
    {%- do own.append(function('country_code') ~ '(landed.' ~ other.name ~ ')') -%}
    {%- endfor -%}
    {%- endfor -%}
    {%- if own and default -%} , country => coalesce({{ own[0] }}, {{ default }})
    {%- elif own or default -%} , country => {{ own[0] or default }}
    {%- endif -%}
{%- endmacro %}

{#- The columns of the input contract that a declared column becomes. -#}
{% macro targets_of(column) -%}
    {%- set targets = column.config.get('meta', {}).get('maps_to', []) -%}
    {{ return([targets] if targets is string else targets) }}
{%- endmacro %}
