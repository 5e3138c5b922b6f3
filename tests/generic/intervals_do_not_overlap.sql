{#-
  No two rows hold for the same case: their intervals must be apart in at least one dimension. Each interval names the
  columns of its bounds: `from` or `above` (exclusive), `to` or `below` (exclusive); an empty bound is open.
-#}
{% test intervals_do_not_overlap(model, key, intervals) %}

with

policy as (

    select * from {{ model }}

)

select
    a.{{ key }} as {{ key }},
    b.{{ key }} as overlaps_with
from policy as a
inner join policy as b
    on a.{{ key }} < b.{{ key }}
where
    true
    {%- for interval in intervals %}
    {%- set lower = interval.get('from') or interval['above'] %}
    {%- set upper = interval.get('to') or interval['below'] %}
    {#- a closed lower bound meets a closed upper bound; any other pair only passes it #}
    {%- set meets = '<=' if 'from' in interval and 'to' in interval else '<' %}
    and coalesce(a.{{ lower }} {{ meets }} b.{{ upper }}, true)
    and coalesce(b.{{ lower }} {{ meets }} a.{{ upper }}, true)
    {%- endfor %}

{% endtest %}
