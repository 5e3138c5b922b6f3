{#-
  The keys of the model are those of the source of its grain: none lost, none invented. `to` is a model, or a subquery
  in brackets where the grain is a product of several. `within` asks one way only: each key of the model is one of `to`;
  `covers` the other way: each key of `to` is one of the model, which has others beside.
-#}
{% test same_keys(model, columns, to, to_columns=none, own_where='true', to_where='true', within=false, covers=false) %}

{%- set source = to.identifier or 'the subquery' %}

with

sides as (

    select
        {%- for column in columns %}
        {{ column }} as key_{{ loop.index }},
        {%- endfor %}
        true as is_own
    from {{ model }}
    where {{ own_where }}

    union all

    select
        {%- for column in to_columns or columns %}
        {{ column }} as key_{{ loop.index }},
        {%- endfor %}
        false as is_own
    from {{ to }}
    where {{ to_where }}

),

keys as (

    select
        bool_or(is_own) as has_own,
        bool_or(not is_own) as has_source
    from sides
    group by
        {%- for _ in columns %}
        key_{{ loop.index }}{{ ',' if not loop.last }}
        {%- endfor %}

),

counted as (
    {%- if not covers %}

    select
        'keys that {{ source }} does not have' as rule,
        count(*) as row_count
    from keys
    where not has_source
    {%- endif %}
    {%- if not within and not covers %}

    union all
    {%- endif %}
    {%- if not within %}

    select
        'keys of {{ source }} that are missing' as rule,
        count(*) as row_count
    from keys
    where not has_own
    {%- endif %}

)

select * from counted
where row_count > 0

{% endtest %}
