{% macro match_regions(relation, address) %}
{#- A query with one row per distinct non-null address text of `relation`. -#}
select null
{% endmacro %}
