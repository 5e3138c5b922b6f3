{#- Query: the province and the prefecture-level city of every division code. A province's own code names no city. -#}
{% macro divisions_by_code() -%}
    select
        divisions.code,
        case divisions.level
            when 'province' then divisions.code
            when 'city' then divisions.parent_code
            when 'county' then parents.parent_code
        end as province_code,
        case divisions.level
            when 'city' then divisions.code
            when 'county' then divisions.parent_code
        end as city_code
    from {{ ref('administrative_divisions') }} as divisions
    left join {{ ref('administrative_divisions') }} as parents
        on divisions.parent_code = parents.code
    where divisions.level in ('province', 'city', 'county')
{%- endmacro %}

{#- A column of that query, or 'unmapped' for a text it does not know. -#}
{% macro code_or_unmapped(column, text) -%}
    coalesce({{ column }}, case when {{ text }} is not null then 'unmapped' end)
{%- endmacro %}
