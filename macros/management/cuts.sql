{#- Aggregate: interpolated quantile whose share is data, which no quantile function takes: `rank` counts the values from 1
    upwards, `base` is their number. -#}
{% macro ranked_quantile(x, rank, base, share) -%}
    {%- set position = '(1 + (' ~ base ~ ' - 1) * ' ~ share ~ ')' -%}
    sum({{ x }} * greatest(0, 1 - abs({{ rank }} - {{ position }})))
{%- endmacro %}
