{#-
  The union of the staging models that offer an entity. `columns` is the contract, pairs of name and type;
  `offers` says for each source system which staging model offers the entity and which of the columns it has.
  What a system does not offer is null; an entity that nobody offers is empty and typed. Entities that are staged by
  mapping (macros/mapping) add their offers themselves.

  Personal data in a text that is not declared personal, as a phone in the field of the job level, is masked here, before
  anything reads it (macros/privacy/personal_text.sql).
-#}
{% macro input_union(columns, offers) -%}
    {%- set entity = this.identifier | replace('input__', '') -%}
    {%- set offers = offers + mapped_offers(entity) -%}
    {#- dbt asks for functions before it knows the contract -#}
    {%- for name in ['looks_personal', 'keyed_hash'] -%}{%- do function(name) -%}{%- endfor -%}
    {%- set texts = contract_of(entity).texts if execute else {} %}
select
    source_system,
    {%- for name, type in columns %}
    {{ without_personal_text(entity, name, texts[name]) if type == 'varchar' and execute else name }} as {{ name }}{{ "," if not loop.last }}
    {%- endfor %}
from (
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
) as offered
{%- endmacro %}
