{#-
  CTEs from features to values: a row per key and feature that is known, numbers and texts apart; flags are 1 and 0.
  `features` is a relation with the key and the columns of customer_features().
-#}
{% macro feature_value_ctes(features, key='customer_id') %}
{%- set columns = customer_features() -%}
{%- for kind, value, names in [
    ('number', 'number_value', columns | rejectattr('kind', 'equalto', 'text') | map(attribute='name') | list),
    ('text', 'text_value', columns | selectattr('kind', 'equalto', 'text') | map(attribute='name') | list),
] %}
{{ kind }}_values as (

    select
        {{ key }},
        feature,
        {{ value }}
    from (
        select
            {%- for name in names %}
            {{ 'cast(' ~ name ~ ' as double) as ' ~ name if kind == 'number' else name }},
            {%- endfor %}
            {{ key }}
        from {{ features }}
    ) as typed
    unpivot ({{ value }} for feature in ({{ names | join(', ') }})) as turned

){{ "," if not loop.last }}
{% endfor %}
{%- endmacro %}
