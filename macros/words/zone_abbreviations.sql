{#- Minutes east of UTC, of abbreviations that mean one offset wherever the tz database uses them. Those of several zones
    (CST, CDT, PST, IST) and those with another meaning in common use (BST, AST) are not read. -#}
{% macro zone_abbreviations() -%}
    {{ return({
        'Z': 0, 'UTC': 0, 'GMT': 0, 'WET': 0, 'WEST': 60, 'CET': 60, 'CEST': 120, 'EET': 120, 'EEST': 180,
        'HKT': 480, 'JST': 540, 'AEST': 600, 'AEDT': 660, 'NZST': 720, 'NZDT': 780,
        'EDT': -240, 'EST': -300, 'MDT': -360, 'MST': -420, 'PDT': -420,
    }) }}
{%- endmacro %}
