{#-
  The union of the staging models that offer an entity. `columns` is the contract, pairs of name and type;
  `offers` says for each source system which staging model offers the entity and which of the columns it has.
  What a system does not offer is null; an entity that nobody offers is empty and typed. Entities that are staged by
  mapping (macros/mapping) add their offers themselves.
-#}
{% macro input_union(columns, offers) -%}
    {%- set offers = offers + mapped_offers(this.identifier | replace('input__', '')) %}
    {%- for system, relation, offered in offers %}
    {%- for column in offered if column not in columns | map('first') %}
    {{ exceptions.raise_compiler_error(relation ~ " offers " ~ column ~ ", which is no column of the contract") }}
    {%- endfor %}
    select
        cast('{{ system }}' as varchar) as source_system,
        {%- for name, type in columns %}
        cast({{ name if name in offered else 'null' }} as {{ type }}) as {{ name }}{{ "," if not loop.last }}
        {%- endfor %}
    from {{ relation }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- else %}
    select
        cast(null as varchar) as source_system,
        {%- for name, type in columns %}
        cast(null as {{ type }}) as {{ name }}{{ "," if not loop.last }}
        {%- endfor %}
    where false
    {%- endfor %}
{%- endmacro %}
