{#- Aggregate: interpolated quantile whose share is data, which no quantile function takes: `rank` counts the values from 1
    upwards, `base` is their number. The two values around the position have a weight. -#}
{% macro ranked_quantile(x, rank, base, share) -%}
    {%- set position = '(1 + (' ~ base ~ ' - 1) * ' ~ share ~ ')' -%}
    {%- set weight = '(1 - abs(' ~ rank ~ ' - ' ~ position ~ '))' -%}
    max(case when {{ rank }} <= {{ position }} and {{ weight }} > 0 then {{ x }} * {{ weight }} end)
    + coalesce(max(case when {{ rank }} > {{ position }} and {{ weight }} > 0 then {{ x }} * {{ weight }} end), 0)
{%- endmacro %}
