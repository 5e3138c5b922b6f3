{#- The model has rows wherever each of the models that it names has. `input_where`: of these, rows that can
    have a result already, such as campaigns that are over. -#}
{% test never_empty(model, unless_empty, own_where='true', input_where='true') %}

select
    'rows although {{ unless_empty | map(attribute="identifier") | join(", ") }} have some' as rule,
    1 as row_count
where
    not exists (select 1 from {{ model }} where {{ own_where }})
    {%- for input in unless_empty %}
    and exists (select 1 from {{ input }} where {{ input_where }})
    {%- endfor %}

{% endtest %}
