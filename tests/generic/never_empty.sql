{#- The model has rows wherever each of the models that it names has some of which `unless_where` holds. -#}
{% test never_empty(model, unless_empty, own_where='true', unless_where='true') %}

{%- set inputs = unless_empty | map(attribute='identifier', default='the subquery') | join(', ') %}

select
    'rows although {{ inputs }} have some' as rule,
    1 as row_count
where
    not exists (select 1 from {{ model }} where {{ own_where }})
    {%- for input in unless_empty %}
    and exists (select 1 from {{ input }} where {{ unless_where }})
    {%- endfor %}

{% endtest %}
